public import BleSide
public import NinebotBus

extension PhoneRequests {
  /// What a phone's log tells of its requests, on the bus's clock.
  ///
  /// - Parameters:
  ///   - origin: absolute time of the bus capture's time 0, nanoseconds.
  ///   - log: first and last time of the phone's log on its own clock.
  public init(clocks: AlignedClocks, origin: Int64, log: ClosedRange<Int64>) {
    let first = clocks.busTime(ofBle: log.lowerBound).latest &- origin
    let last = clocks.busTime(ofBle: log.upperBound).earliest &- origin
    self.init(covered: first...max(first, last))
  }

  /// Adds a write of the phone; other messages say nothing of what the phone asked. In the log's order.
  public mutating func add(_ message: BleMessage, profile: Profile, clocks: AlignedClocks, origin: Int64) {
    guard message.direction == .toScooter, let bytes = try? message.frame?.encoded(),
      let reading = profile.read(bytes.span, on: .phoneBle)
    else { return }
    add(reading, at: clocks.busTime(ofBle: message.time).middle &- origin)
  }
}
