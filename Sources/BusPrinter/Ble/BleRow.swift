public import BleSide
public import NinebotBus

/// One message over the air with all that is known of it.
public struct BleRow: Sendable {
  public var message: BleMessage
  /// The plain frame that it carries, header to checksum; empty unless it can be read.
  public var frame: [UInt8]
  /// What the frame says.
  public var reading: FrameReading?
  /// Nanoseconds since the recording's time 0.
  public var time: Int64
  /// Nanoseconds on the bus's clock of the frame on the wire that goes with it; nil where there is none.
  public var busTime: Int64?

  /// - Parameters:
  ///   - message: what went over the air.
  ///   - profile: what its bytes mean.
  ///   - origin: Unix nanoseconds of the recording's time 0.
  ///   - busTime: nanoseconds on the bus's clock of the frame that it matches; nil where there is none.
  public init(_ message: BleMessage, profile: Profile, origin: Int64, busTime: Int64? = nil) {
    self.message = message
    self.busTime = busTime
    time = message.time - origin
    frame = (try? message.frame?.encoded()) ?? []
    reading = profile.read(frame.span, on: .phoneBle)
  }
}
