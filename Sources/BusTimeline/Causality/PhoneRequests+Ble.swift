public import BleSide
public import NinebotBus

extension PhoneRequests {
  /// What a phone's log tells of its requests, on the bus's clock. Logs miss messages; then a request that is not there
  /// may have been made all the same. Where messages are counted, their numbers tell when some are missing; elsewhere
  /// a log is taken to miss some as soon as many requests in it lack their answer.
  ///
  /// - Parameters:
  ///   - log: its messages in order; those that are no readable writes say only that the log ran then.
  ///   - profile: what the bytes mean.
  ///   - clocks: how the phone's clock relates to the bus's.
  ///   - origin: absolute time of the bus capture's time 0, nanoseconds.
  public init(log: some Sequence<BleMessage>, profile: Profile, clocks: AlignedClocks, origin: Int64) {
    self.init(usual: Self.usual(clocks))
    var reader = BleTimeReader(clocks)
    var covered: ClosedRange<Int64>?
    var counted = CountedWrites()
    var answers = (asked: 0, got: 0)
    // Clients ask for the same few things over and over.
    var readings = RecentReadings(profile)
    for message in log where message.time != 0 {
      let time = reader.busTime(of: message.time).middle &- origin
      covered = min(covered?.lowerBound ?? time, time)...max(covered?.upperBound ?? time, time)
      if message.direction == .toScooter { counted.take(message, at: time) }
      if message.solicited == true { answers.got += 1 }
      guard message.direction == .toScooter, let bytes = try? message.frame?.encoded(),
        let reading = readings.read(bytes.span, on: .phoneBle)
      else { continue }
      if reading.expects != .nothing { answers.asked += 1 }
      add(reading, at: time)
    }
    for gap in counted.gaps.sorted(by: { $0.lowerBound < $1.lowerBound }) { add(gap: gap) }
    let unanswered = Double(answers.asked - answers.got) / Double(max(1, answers.asked))
    if !counted.isCounted, unanswered > Self.mostUnanswered { setLossy() }
    if let covered { close(covering: covered) }
  }

  /// How long the phone's requests take to the wire, by those that were found in both captures.
  private static func usual(_ clocks: AlignedClocks) -> ClosedRange<Int64> {
    let error = clocks.segments.map { $0.offset(at: clocks.bestTime).error }.max() ?? 0
    let slack = min(20_000_000, error) &+ 2_000_000
    let delay = clocks.requestDelay.count >= 20 ? clocks.requestDelay.p95 : 60_000_000
    return -slack...(max(0, delay) &+ slack)
  }

  /// Collisions cost no more answers than this share.
  private static let mostUnanswered = 0.05
}

/// Finds by their numbers when the phone's messages are missing.
private struct CountedWrites {
  private(set) var gaps: [ClosedRange<Int64>] = []
  /// Whether numbers tell anything.
  private(set) var isCounted = false
  private var last: (counter: UInt32, connection: Int, time: Int64)?

  mutating func take(_ message: BleMessage, at time: Int64) {
    guard let counter = message.counter, message.step != .uncounted else { return }
    if let last, last.connection == message.connection, counter > last.counter {
      isCounted = true
      if counter > last.counter + 1 { gaps.append(min(last.time, time)...max(last.time, time)) }
    }
    last = (counter, message.connection, time)
  }
}
