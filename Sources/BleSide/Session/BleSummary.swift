internal import NinebotBus

/// What a BLE recording holds in all; events go in as they are read, memory stays the same.
public struct BleSummary: Sendable {
  /// Messages of each direction in each condition: `place`.
  private var counts = [Int](repeating: 0, count: BleDirection.allCases.count * Self.conditions)
  private static let conditions = BleMessage.Condition.allCases.count
  /// Replies that a request of the phone explains.
  public private(set) var solicited = 0
  /// Replies that no request in the log explains, and the answers to lost ones among them.
  private var unexplained = 0
  private var lost = LostRequests()
  /// Replies of which nothing can be told.
  private var untold = 0
  /// Messages missing by their counters.
  public private(set) var missing: UInt64 = 0
  /// Time of the first and last message, Unix nanoseconds; nil without messages.
  public private(set) var span: ClosedRange<Int64>?
  /// Connections that held messages.
  public private(set) var connections = 0
  /// Members of what was not asked for.
  private var foreign = PollRing()
  /// Members of what cannot be told: everything, where there is no key.
  private var unknown = PollRing()

  public init() {}

  /// Replies that none explains.
  public var unsolicited: Int { unexplained - lost.excused(of: unexplained, answered: solicited) }
  /// Replies of which it cannot be told: also those that may answer requests which the log has lost.
  public var undecided: Int { untold + lost.excused(of: unexplained, answered: solicited) }

  /// Takes the next event of the recording; notes do not count.
  public mutating func push(_ event: BleEvent) {
    guard case .message(let message) = event else { return }
    counts[Self.place(message.direction, message.condition)] += 1
    connections = max(connections, message.connection + 1)
    span = min(span?.lowerBound ?? message.time, message.time)...max(span?.upperBound ?? message.time, message.time)
    if case .gap(let count) = message.step { missing += UInt64(count) }
    if message.direction == .toScooter { lost.wrote(message) }
    guard message.direction == .toPhone, message.ok, let member = PollRing.Member(message) else { return }
    switch message.solicited {
    case true?: solicited += 1
    case false?:
      unexplained += 1
      if message.condition != .preSession { lost.unexplained() }
      // Before a login the BLE module may drop what it likes; the order is still the dash's.
      foreign.push(member)
    case nil:
      untold += 1
      unknown.push(member)
    }
  }

  /// Messages of a direction, in one condition or in all.
  public func count(_ direction: BleDirection, _ condition: BleMessage.Condition? = nil) -> Int {
    let conditions = condition.map { [$0] } ?? BleMessage.Condition.allCases
    return conditions.reduce(0) { $0 + counts[Self.place(direction, $1)] }
  }

  private static func place(_ direction: BleDirection, _ condition: BleMessage.Condition) -> Int {
    Int(direction.rawValue) * conditions + Int(condition.rawValue)
  }

  /// The cycle in which somebody else polls: of what was not asked for, or of everything where that is not known. Empty
  /// when there is none.
  public var ring: [PollRing.Member] { foreign.members.isEmpty ? unknown.members : foreign.members }

  /// How often each kind of unsolicited or undecided reply came.
  public var totals: [PollRing.Member: Int] { foreign.totals.merging(unknown.totals) { $0 + $1 } }
}

/// Requests of the phone that a log has lost: what answers them looks as if nobody had asked.
private struct LostRequests: Sendable {
  /// Answers that lost requests may have had, as the numbers of the others tell.
  private var counted = 0
  /// Replies without an explanation since the last request.
  private var waiting = 0
  /// Lost requests whose answers may still come.
  private var owed = 0
  private var requests = 0
  /// Those of them without a number: some clients count, some do not.
  private var uncounted = 0

  /// Of more requests than this share that stayed without an answer it is the log's fault: collisions cost less.
  private static let mostUnanswered = 0.05

  /// The next request that is in the log.
  mutating func wrote(_ message: BleMessage) {
    requests += 1
    if message.counter == nil || message.step == .uncounted { uncounted += 1 }
    var missing = 0
    if case .gap(let count) = message.step { missing = Int(clamping: count) }
    let excused = min(missing, waiting)
    counted += excused
    (owed, waiting) = (missing - excused, 0)
  }

  mutating func unexplained() {
    if owed > 0 {
      owed -= 1
      counted += 1
    } else {
      waiting += 1
    }
  }

  /// How many unexplained replies may be answers to lost requests.
  func excused(of unexplained: Int, answered: Int) -> Int {
    if uncounted * 2 < requests { return min(counted, unexplained) }
    // Without numbers a log is taken to lose as many requests as answers.
    let unanswered = max(0, requests - answered)
    return Double(unanswered) > Self.mostUnanswered * Double(requests) ? min(unanswered, unexplained) : 0
  }
}

extension PollRing.Member {
  /// What a reply is a member of; nil for one without a length.
  public init?(_ message: BleMessage) {
    guard let length = message.length else { return nil }
    let count = LengthTable.dataBytes(length: length, message.format)
    guard let frame = message.frame else {
      self.init(dataBytes: count)
      return
    }
    let address: UInt8 =
      switch frame.address {
      case .single(let peer): peer
      case .pair(let source, _): source
      }
    self.init(dataBytes: count, address: address, register: frame.argument)
  }

  /// The blocks of registers that it can be, likeliest first: one where the register is known, several where only the
  /// length is.
  public var blocks: [RegisterBlock] {
    let fitting = LengthTable.blocks(dataBytes: dataBytes)
    guard let address, let register else { return fitting }
    return fitting.filter { block in
      guard block.register == register else { return false }
      // 23 and 20 answer for the ESC, 25 and 22 for the BMS (protocol.md 2).
      return block.role == (address == 0x25 || address == 0x22 ? .bms : .esc)
    }
  }

  /// What is known of it: its register, or what has so many bytes.
  public var words: String {
    let fits = LengthTable.blocks(dataBytes: dataBytes)
    if let register {
      return fits.first { $0.register == register }?.description
        ?? "register \(String(register, radix: 16)) (\(dataBytes) bytes)"
    }
    return "\(dataBytes) bytes" + (fits.isEmpty ? "" : " (\(fits.map(\.description).joined(separator: " or ")))")
  }
}
