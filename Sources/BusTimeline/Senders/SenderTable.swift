public import NinebotBus
public import UartSniffer

/// Who transmits on each tap and how, counted as attributed events pass. Memory does not grow with their number.
public struct SenderTable: Sendable {
  /// In the order of first appearance.
  public private(set) var senders: [SenderStatistics] = []
  private var taps: [TapState] = []
  /// End of the last request to each device, on any tap: a link may have a wire for each direction.
  private var requestEnds = RoleTable<TimeBounds?>(nil)

  /// What one tap shows besides its senders.
  private struct TapState: Sendable {
    var quality: TimeQuality
    var baud: Baud
    var use = LineUse()
    var before = Before()
    /// Reads asked of a device, and those that it answered.
    var asked = RoleTable(0)
    var answered = RoleTable(0)

    /// Takes what was seen next.
    mutating func take(_ event: BusEvent, _ airTime: Int64?, isHeartbeat: Bool = false) {
      use.add(event, airTime: airTime)
      before = Before(heartbeat: isHeartbeat ? event.end : nil, event: event.end)
    }

    mutating func count(_ reading: FrameReading, _ claim: Claim) {
      switch reading.act {
      case .readRequest: asked[reading.subject] += 1
      case .readReply where claim.isDeviceAnswer: answered[reading.subject] += 1
      default: break
      }
    }

    /// Whether a pitch is a measurement, which captures stored as frames keep; packets tell bounds at best.
    var timesBytes: Bool {
      switch quality {
      case .bytes, .edges, .frames: true
      case .none, .packets: false
      }
    }
  }

  /// What ended last on a tap.
  private struct Before: Sendable {
    /// The last heartbeat, while nothing came after it.
    var heartbeat: TimeBounds?
    var event: TimeBounds?
  }

  public init() {}

  /// Makes room for taps that became known.
  public mutating func add(taps new: [Tap]) {
    for tap in new.dropFirst(taps.count) { taps.append(TapState(quality: tap.quality, baud: tap.baud ?? .standard)) }
  }

  /// A transmitter's row on the tap where it sent most; nil where it sent nothing.
  public func row(of transmitter: Transmitter) -> SenderStatistics? {
    senders.filter { $0.transmitter == transmitter }.max { $0.frames < $1.frames }
  }

  /// Share of a tap's time that a sender is on the line, 0 to 1; nil where there are no times.
  public func share(of sender: SenderStatistics) -> Double? {
    taps[sender.tap].use.share(of: sender.airTime)
  }

  /// For how much of its time a tap was in use.
  public func use(of tap: Int) -> LineUse { taps[tap].use }

  /// Reads asked of a device on a tap, and those answered.
  public func reads(of role: Role, tap: Int) -> (asked: Int, answered: Int) {
    (taps[tap].asked[role], taps[tap].answered[role])
  }

  /// Adds an event, in order of time. Events of taps that were not added are left out.
  public mutating func push(_ row: AttributedEvent) {
    guard row.tap < taps.count else { return }
    let event = row.event
    guard event.checksumHolds, let reading = row.reading, let finding = row.finding else {
      taps[row.tap].take(event, row.airTime)
      return
    }
    let claim = Claim(reading)
    let index = index(of: finding.sender, tap: row.tap, at: event.start.middle)
    let requestEnd = Self.isTimed(claim, reading) ? requestEnds[reading.subject] : nil
    if reading.expects != .nothing { requestEnds[reading.subject] = event.end }
    // Both rows are looked up once: that takes as long as what is done with them.
    Self.push(row, reading, finding, claim, requestEnd, to: &senders[index], &taps[row.tap])
  }

  private static func push(
    _ row: AttributedEvent, _ reading: FrameReading, _ finding: Finding, _ claim: Claim, _ requestEnd: TimeBounds?,
    to sender: inout SenderStatistics, _ tap: inout TapState
  ) {
    if tap.timesBytes, Measurement.canShowShape(row.event) { sender.learn(Measurement(row.event, baud: tap.baud)) }
    count(row, reading, finding, claim, in: &sender)
    time(row.event, claim, after: tap.before, behind: requestEnd, in: &sender)
    tap.count(reading, claim)
    tap.take(row.event, row.airTime, isHeartbeat: claim.isHeartbeat)
  }

  private mutating func index(of transmitter: Transmitter, tap: Int, at time: Int64) -> Int {
    for index in senders.indices where senders[index].transmitter == transmitter && senders[index].tap == tap {
      return index
    }
    senders.append(SenderStatistics(tap: tap, transmitter: transmitter, first: time))
    return senders.count - 1
  }

  // Static, since a method of this value would need a copy of all rows beside the one that it changes.

  /// Whether it is an answer that is timed against its request.
  private static func isTimed(_ claim: Claim, _ reading: FrameReading) -> Bool {
    switch claim {
    case .escAnswer: reading.subject == .esc
    case .batteryAnswer, .externalBatteryAnswer: true
    default: false
    }
  }

  private static func count(
    _ row: AttributedEvent, _ reading: FrameReading, _ finding: Finding, _ claim: Claim,
    in sender: inout SenderStatistics
  ) {
    let event = row.event
    sender.frames += 1
    sender.airTime += row.airTime ?? 0
    sender.last = max(sender.last, event.start.middle)
    sender.confidence += Double(finding.confidence)
    if claim == .request || claim == .escRequest {
      sender.requests += 1
      sender.add(request: reading, at: event.start.middle)
    }
    if finding.sender.isForeign {
      if claim == .request {
        sender.requestVotes.add(finding.againstStock)
      } else {
        sender.forgeryVotes.add(finding.againstStock)
      }
    }
    if finding.contradictsClaim {
      sender.claims[reading.stockSender] += 1
      if claim != .request {
        sender.forged += 1
        sender.forgedAs[reading.stockSender] += 1
      }
    }
  }

  /// Coarser times say nothing of a delay, in nanoseconds.
  private static let coarse: Int64 = 2_000_000

  /// A later answer has waited for something else.
  private static let slowestAnswer: Int64 = 100_000_000

  private static func time(
    _ event: BusEvent, _ claim: Claim, after before: Before, behind request: TimeBounds?,
    in sender: inout SenderStatistics
  ) {
    let isScheduled = sender.transmitter == .ble ? claim.isHeartbeat : claim == .request
    if isScheduled {
      if let last = sender.lastScheduled { sender.intervals.add(event.start.middle - last) }
      sender.lastScheduled = event.start.middle
    }
    func delay(behind end: TimeBounds?) -> Int64? {
      guard let end, end.error + event.start.error <= Self.coarse else { return nil }
      return event.start.middle - end.middle
    }
    if claim == .request {
      // Behind something else: not at once behind a heartbeat.
      if let delay = delay(behind: before.heartbeat) {
        sender.heartbeatDelays.add(delay)
      } else if before.heartbeat == nil, before.event.map({ $0.error <= Self.coarse }) ?? false {
        sender.heartbeatDelays.add(.max / 4)
      }
    } else if let delay = delay(behind: request), (0...Self.slowestAnswer).contains(delay) {
      sender.answerDelays.add(delay)
    }
  }
}
