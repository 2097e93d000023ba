public import BleSide
public import BusTimeline
public import NinebotBus

/// Gathers the items of a picture. Bounded: past `most`, the module's own heartbeats and other usual frames are left
/// out, and counted; what is damaged, injected or unsolicited stays.
public struct TimelineCollector: Sendable {
  public private(set) var items: [TimelineItem] = []
  /// Usual frames that found no room.
  public private(set) var leftOut = 0
  private let profile: Profile
  private let text: FrameText
  private let most: Int
  /// Last request by subject and register, for the arrows.
  private var requests: [UInt16: Int] = [:]

  public init(profile: Profile, most: Int = 300_000) {
    self.profile = profile
    self.most = most
    text = FrameText(profile: profile, style: Style(coloured: false))
  }

  /// Adds something on the wire. Returns its index, nil where it was left out.
  @discardableResult
  public mutating func take(_ row: AttributedEvent, bytes: Span<UInt8>) -> Int? {
    let isSound = row.event.checksumHolds
    let sender = row.finding?.sender ?? .unknown
    var isUsual = isSound && !sender.isForeign
    if case .reply(let asker)? = row.finding?.cause, asker.isForeign { isUsual = false }
    guard items.count < (isUsual ? most : most + most / 5) else {
      leftOut += 1
      return nil
    }
    var item = TimelineItem(
      lane: .wire(sender), kind: isSound ? .frame : .damage, start: row.event.start.middle,
      duration: row.airTime ?? max(0, row.event.duration), label: label(row.reading, bytes),
      bytes: (0..<bytes.count).map { bytes[$0] },
      cause: row.finding?.cause ?? .unknown, confidence: row.finding?.confidence ?? 0)
    if let finding = row.finding { item.evidence = Self.evidence(finding) }
    if isSound, let reading = row.reading { link(&item, reading) }
    items.append(item)
    return items.count - 1
  }

  /// Adds a message over the air, at its time on the bus's clock.
  public mutating func add(_ message: BleMessage, at time: Int64, causedBy: Int?, cause: Cause, solicited: Bool?) {
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
    add(message, at: time, causedBy: nil, cause: cause, solicited: message.solicited)
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

  /// An answer points to its request.
  private mutating func link(_ item: inout TimelineItem, _ reading: FrameReading) {
    let key = UInt16(reading.subject.rawValue) << 8 | UInt16(reading.argument)
    switch reading.act {
    case .readRequest, .write, .request: requests[key] = items.count
    case .readReply, .writeAck, .reply: item.causedBy = requests[key]
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
