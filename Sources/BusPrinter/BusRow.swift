public import BusTimeline
public import NinebotBus

/// One thing on a bus with all that is known of it: what the writers put on a line.
public struct BusRow: Sendable {
  /// Index of the tap.
  public var tap: Int
  public var event: BusEvent
  /// What the frame says; nil for bytes outside frames.
  public var reading: FrameReading?
  /// Who sent it; nil where nobody asked.
  public var finding: Finding?

  public init(tap: Int, event: BusEvent, reading: FrameReading? = nil, finding: Finding? = nil) {
    self.tap = tap
    self.event = event
    self.reading = reading
    self.finding = finding
  }
}
