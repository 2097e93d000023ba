import NinebotBus

public import BleSide

/// What the phone received without asking: how much, how often, and what ring of registers it looks like. The phone's
/// log alone is enough; where a bus says more, its word counts.
public struct UnsolicitedTally: Sendable {
  /// Notifications with contents.
  public private(set) var total = 0
  public private(set) var solicited = 0
  public private(set) var unsolicited = 0
  /// Times of the first and last unsolicited notification, nanoseconds on the phone's clock.
  public private(set) var first: Int64?
  public private(set) var last: Int64?
  /// The order in which they come, and how often each.
  public private(set) var ring = PollRing()

  public init() {}

  /// Notifications whose cause nobody knows.
  public var undecided: Int { total - solicited - unsolicited }

  /// Unsolicited notifications a second, while they came; 0 for fewer than two.
  public var rate: Double {
    guard let first, let last, last > first else { return 0 }
    return Double(unsolicited - 1) / (Double(last &- first) * 1e-9)
  }

  /// Takes the next message of the log.
  ///
  /// - Parameters:
  ///   - message: what went over the air.
  ///   - finding: what the bus says of it, where there is one.
  public mutating func push(_ message: BleMessage, finding: NotificationFinding? = nil) {
    guard message.direction == .toPhone, let length = message.length, message.condition != .foreign else { return }
    total += 1
    switch finding?.solicited ?? message.solicited {
    case true?: solicited += 1
    case nil: return
    case false?:
      unsolicited += 1
      first = min(first ?? message.time, message.time)
      last = max(last ?? message.time, message.time)
      ring.push(member(message, length))
    }
  }

  private func member(_ message: BleMessage, _ length: UInt8) -> PollRing.Member {
    let count = LengthTable.dataBytes(length: length, message.format)
    guard message.condition == .readable, message.format.wire != .ninebot, message.body.count >= 3 else {
      return PollRing.Member(dataBytes: count)
    }
    return PollRing.Member(dataBytes: count, address: message.body[0], register: message.body[2])
  }
}
