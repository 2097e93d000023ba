/// What the times of an event's bytes come to, where somebody has looked at them before: a recording kept it.
public struct FrameTimes: Hashable, Sendable {
  /// Start bit of the first byte.
  public var start: TimeBounds
  /// Start bit of the last byte.
  public var lastStart: TimeBounds
  public var shape: FrameShape
  /// The first fault of a frame's bytes; outside frames that of all of them.
  public var fault: LineFault

  public init(start: TimeBounds, lastStart: TimeBounds, shape: FrameShape, fault: LineFault) {
    self.start = start
    self.lastStart = lastStart
    self.shape = shape
    self.fault = fault
  }
}
