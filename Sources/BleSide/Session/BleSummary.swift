internal import NinebotBus

/// What a BLE recording holds in all; events go in as they are read, memory stays the same.
public struct BleSummary: Sendable {
  /// Messages by direction and condition.
  private var counts: [BleDirection: [BleMessage.Condition: Int]] = [:]
  /// Replies that a request of the phone explains.
  public private(set) var solicited = 0
  /// Replies that none explains.
  public private(set) var unsolicited = 0
  /// Replies of which it cannot be told.
  public private(set) var undecided = 0
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

  /// Takes the next event of the recording; notes do not count.
  public mutating func push(_ event: BleEvent) {
    guard case .message(let message) = event else { return }
    counts[message.direction, default: [:]][message.condition, default: 0] += 1
    connections = max(connections, message.connection + 1)
    span = min(span?.lowerBound ?? message.time, message.time)...max(span?.upperBound ?? message.time, message.time)
    if case .gap(let count) = message.step { missing += UInt64(count) }
    guard message.direction == .toPhone, message.ok, let member = PollRing.Member(message) else { return }
    switch message.solicited {
    case true?: solicited += 1
    case false?:
      unsolicited += 1
      // Before a login the BLE module may drop what it likes; the order is still the dash's.
      foreign.push(member)
    case nil:
      undecided += 1
      unknown.push(member)
    }
  }

  /// Messages of a direction, in one condition or in all.
  public func count(_ direction: BleDirection, _ condition: BleMessage.Condition? = nil) -> Int {
    let counts = counts[direction] ?? [:]
    return condition.map { counts[$0] ?? 0 } ?? counts.values.reduce(0, +)
  }

  /// The cycle in which somebody else polls: of what was not asked for, or of everything where that is not known. Empty
  /// when there is none.
  public var ring: [PollRing.Member] { foreign.members.isEmpty ? unknown.members : foreign.members }

  /// How often each kind of unsolicited or undecided reply came.
  public var totals: [PollRing.Member: Int] { foreign.totals.merging(unknown.totals) { $0 + $1 } }
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
