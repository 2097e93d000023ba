public import BleSide
public import BusTimeline
public import NinebotBus

/// Gathers the items of a picture. Bounded: past `most`, the module's own heartbeats and other usual frames are left
/// out, and counted; what is damaged, injected or unsolicited stays.
public struct TimelineCollector: Sendable {
  public private(set) var items: [TimelineItem] = []
  /// Usual frames that found no room.
  public private(set) var leftOut = 0
  /// From the first to the last that was seen, in the range or not; nanoseconds, nil before the first.
  public private(set) var seen: ClosedRange<Int64>?
  private let profile: Profile
  private let text: FrameText
  private let range: Range<Int64>
  private let most: Int
  /// Last request by subject and register, for the arrows.
  private var requests: [UInt16: Int] = [:]
  /// Where frames are, by the number of their event, and what the phone wrote, by its place in the log.
  private var frames = ItemPlaces()
  private var writes = ItemPlaces()

  /// - Parameters:
  ///   - profile: what the bytes mean.
  ///   - range: items that start outside are seen, and not kept; nanoseconds.
  ///   - most: items that are kept, and a fifth more of what is not usual.
  public init(profile: Profile, range: Range<Int64> = .min ..< .max, most: Int = 300_000) {
    self.profile = profile
    self.range = range
    self.most = most
    text = FrameText(profile: profile, style: Style(coloured: false))
  }

  /// Adds something on the wire; `id` ascends.
  public mutating func take(_ row: AttributedEvent, bytes: Span<UInt8>, id: Int64) {
    guard isWanted(row.event.start.middle) else { return }
    let isSound = row.event.checksumHolds
    let sender = row.finding?.sender ?? .unknown
    var isUsual = isSound && !sender.isForeign
    if case .reply(let asker)? = row.finding?.cause, asker.isForeign { isUsual = false }
    guard items.count < (isUsual ? most : most + most / 5) else {
      leftOut += 1
      return
    }
    var item = TimelineItem(
      lane: .wire(sender), kind: isSound ? .frame : .damage, start: row.event.start.middle,
      duration: row.airTime ?? max(0, row.event.duration), label: label(row.reading, bytes),
      bytes: (0..<bytes.count).map { bytes[$0] },
      cause: row.finding?.cause ?? .unknown, confidence: row.finding?.confidence ?? 0)
    if let finding = row.finding { item.evidence = Self.evidence(finding) }
    if isSound, let reading = row.reading { link(&item, reading) }
    if isSound { frames.note(id, at: items.count) }
    items.append(item)
  }

  /// Adds what the phone wrote, at its time on the bus's clock. What became of it is told later, by its chain.
  public mutating func add(write message: BleMessage, at time: Int64) {
    let place = items.count
    add(message, at: time, cause: .phone, solicited: nil)
    if place < items.count { writes.note(Int64(message.sequence), at: place) }
  }

  /// Links a request of the phone to what came of it, as far as both are kept.
  public mutating func take(_ chain: CausalChain) {
    let write = writes[Int64(chain.write.sequence)]
    if let write {
      items[write].start = chain.write.time.middle
      items[write].outcome = chain.outcome
    }
    guard let request = chain.request.flatMap({ frames[$0.id] }) else { return }
    items[request].causedBy = write
    if let reply = chain.reply.flatMap({ frames[$0.id] }) { items[reply].causedBy = request }
  }

  /// Adds what the phone received, at its time on the bus's clock, with what was found out about it.
  public mutating func add(notification message: BleMessage, at time: Int64, _ finding: NotificationFinding) {
    let reply = finding.reply.flatMap { frames[$0.id] }
    if let reply, let request = finding.request.flatMap({ frames[$0] }) { items[reply].causedBy = request }
    add(message, at: time, causedBy: reply, cause: finding.cause, solicited: finding.solicited)
  }

  private mutating func add(
    _ message: BleMessage, at time: Int64, causedBy: Int? = nil, cause: Cause, solicited: Bool?
  ) {
    guard isWanted(time) else { return }
    guard items.count < most + most / 5 else {
      leftOut += 1
      return
    }
    let row = BleRow(message, profile: profile, origin: 0)
    let label = row.reading.map { self.label($0, row.frame.span) } ?? "\(message.condition.name)"
    items.append(
      TimelineItem(
        lane: .phone, kind: message.direction == .toScooter ? .phoneWrite : .notification, start: time, duration: 0,
        label: label, bytes: message.condition == .readable ? message.body : message.air, cause: cause,
        causedBy: causedBy, solicited: solicited))
  }

  /// Adds a message of which no bus can tell the cause, at its time on the phone's clock.
  public mutating func add(_ message: BleMessage, at time: Int64) {
    let isAnswer = message.direction == .toPhone && message.solicited == true
    let cause: Cause = message.direction == .toScooter ? .phone : isAnswer ? .replyToPhone : .unknown
    add(message, at: time, cause: cause, solicited: message.solicited)
  }

  private mutating func isWanted(_ time: Int64) -> Bool {
    seen = min(seen?.lowerBound ?? time, time)...max(seen?.upperBound ?? time, time)
    return range.contains(time)
  }

  /// The items in order of time, with their links.
  public mutating func finish() -> [TimelineItem] {
    let order = items.indices.sorted { items[$0].start < items[$1].start }
    var places = [Int](repeating: 0, count: items.count)
    for (place, index) in order.enumerated() { places[index] = place }
    return order.map { index in
      var item = items[index]
      item.causedBy = item.causedBy.map { places[$0] }
      return item
    }
  }

  /// No answer takes longer; nanoseconds.
  private static let longest: Int64 = 1_000_000_000

  /// An answer points to the last request of its register, unless somebody else is known to have asked. The phone's
  /// chains know better, where there are any.
  private mutating func link(_ item: inout TimelineItem, _ reading: FrameReading) {
    let key = UInt16(reading.subject.rawValue) << 8 | UInt16(reading.argument)
    switch reading.act {
    case .readRequest, .write, .request: requests[key] = items.count
    case .readReply, .writeAck, .reply:
      guard let request = requests[key], item.start &- items[request].start < Self.longest else { return }
      if case .reply(let asker) = item.cause, items[request].lane != .wire(asker) { return }
      item.causedBy = request
    default: break
    }
  }

  private func label(_ reading: FrameReading?, _ bytes: Span<UInt8>) -> String {
    guard let reading else { return "\(bytes.count) bytes outside frames" }
    var out = TextBuffer(capacity: 256)
    text.what(reading, to: &out)
    text.values(reading, in: bytes, to: &out)
    return String(decoding: out.bytes, as: UTF8.self)
  }

  private static func evidence(_ finding: Finding) -> String {
    let kinds = EvidenceKind.allCases.filter { finding.votes.counts($0) }.map { "\($0.name)" }
    return kinds.joined(separator: ", ")
  }
}

/// Which item shows what has a number; numbers ascend. As many as there are items at most.
private struct ItemPlaces {
  private var rows: [(number: Int64, place: Int)] = []

  mutating func note(_ number: Int64, at place: Int) { rows.append((number, place)) }

  subscript(number: Int64) -> Int? {
    let index = rows.partitioningIndex { $0.number >= number }
    return index < rows.count && rows[index].number == number ? rows[index].place : nil
  }
}
