public import BleSide
public import NinebotBus

extension PhoneRequests {
  /// What a phone's log tells of its requests, on the bus's clock.
  ///
  /// - Parameters:
  ///   - log: its messages in order; those that are no readable writes say only that the log ran then.
  ///   - profile: what the bytes mean.
  ///   - clocks: how the phone's clock relates to the bus's.
  ///   - origin: absolute time of the bus capture's time 0, nanoseconds.
  public init(log: some Sequence<BleMessage>, profile: Profile, clocks: AlignedClocks, origin: Int64) {
    var reader = BleTimeReader(clocks)
    var covered: ClosedRange<Int64>?
    var writes: [(reading: FrameReading, time: Int64)] = []
    for message in log where message.time != 0 {
      let time = reader.busTime(of: message.time).middle &- origin
      covered = min(covered?.lowerBound ?? time, time)...max(covered?.upperBound ?? time, time)
      guard message.direction == .toScooter, let bytes = try? message.frame?.encoded(),
        let reading = profile.read(bytes.span, on: .phoneBle)
      else { continue }
      writes.append((reading, time))
    }
    guard let covered else {
      self.init()
      return
    }
    self.init(covered: covered)
    for write in writes.sorted(by: { $0.time < $1.time }) { add(write.reading, at: write.time) }
  }
}
