internal import NinebotBus

/// Tells for each reply whether a request of the phone explains it: by address, command, register, length, time and
/// order (protocol.md 1.3, 6.8). What no request explains was asked by somebody else on the wire.
///
/// A value type: messages go through `push`, which fills in `solicited` and `request`.
public struct ReplyTracker: Sendable {
  /// How long requests wait. Nanoseconds.
  public struct Settings: Hashable, Sendable {
    /// A request that was not answered for so long will not be.
    public var window: Int64
    /// A request stays open for so long after a later one was answered: BMS replies come late (protocol.md 5.4).
    public var lateness: Int64
    /// Whether times mean anything; without them order alone rules.
    public var isTimed: Bool

    public init(window: Int64 = 1_500_000_000, lateness: Int64 = 250_000_000, isTimed: Bool = true) {
      self.window = window
      self.lateness = lateness
      self.isTimed = isTimed
    }
  }

  private struct Request: Sendable {
    var sequence: Int
    var time: Int64
    /// What the reply must look like; nil for a sealed request.
    var reply: ReplyShape?
  }

  /// What a reply must look like.
  private struct ReplyShape: Hashable, Sendable {
    var isNinebot: Bool
    /// Address byte, or source and destination.
    var address: UInt16
    var command: UInt8
    /// Nil where the reply's argument is a result.
    var argument: UInt8?
    /// Payload bytes; nil where they are not known.
    var count: Int?
  }

  /// Whether what the phone asks in this connection is in the recording.
  private enum PhonesSide: Sendable {
    case unknown
    /// It is, but for what was asked before the recording began.
    case recorded
    /// It is from here on.
    case heard
  }

  /// No client has more requests under way.
  private static let mostOpen = 32

  public let settings: Settings
  private var open: [Request] = []
  private var rhythm = ForeignRhythm()
  private var phonesSide = PhonesSide.unknown
  /// Time of the first message.
  private var firstTime: Int64?

  public init(settings: Settings = Settings()) { self.settings = settings }

  /// The phone was seen to write something that is no message, such as a login.
  public mutating func heardPhone() { phonesSide = .heard }

  /// The recording holds what the phone sends: what is asked in it is seen.
  public mutating func foundPhonesSide() { if phonesSide == .unknown { phonesSide = .recorded } }

  /// Looks at the next message in order.
  public mutating func push(_ message: inout BleMessage) {
    switch message.direction {
    case .toScooter: note(message)
    case .toPhone: judge(&message)
    }
  }

  // MARK: - Requests

  private mutating func note(_ message: BleMessage) {
    phonesSide = .heard
    expire(message.time)
    switch message.condition {
    case .readable:
      guard let shape = Self.shape(ofReplyTo: message) else { return }
      // Asked again: a first one that waits for longer than answers take was given up by the phone. One that is young
      // will be answered as well: some clients ask again before the answer is there.
      open.removeAll { $0.reply == shape && (!settings.isTimed || message.time &- $0.time > settings.lateness) }
      open.append(Request(sequence: message.sequence, time: message.time, reply: shape))
    case .sealed where message.format != .ninebotCrypto && message.length == 3:
      // A read has one byte of payload; so has a one-byte write, which is rare.
      open.append(Request(sequence: message.sequence, time: message.time, reply: nil))
    case .sealed where message.format == .ninebotCrypto:
      open.append(Request(sequence: message.sequence, time: message.time, reply: nil))
    default: return
    }
    if open.count > Self.mostOpen { open.removeFirst() }
  }

  private mutating func expire(_ time: Int64) {
    guard settings.isTimed, let first = open.first, time &- first.time > settings.window else { return }
    open.removeAll { time &- $0.time > settings.window }
  }

  private static func shape(ofReplyTo message: BleMessage) -> ReplyShape? {
    let body = message.body
    if message.format.wire == .ninebot {
      guard body.count >= 4 else { return nil }
      let address = UInt16(body[1]) << 8 | UInt16(body[0])
      switch body[2] {
      case 0x01:
        return ReplyShape(
          isNinebot: true, address: address, command: 0x04, argument: body[3],
          count: body.count > 4 ? Int(body[4]) : nil)
      case 0x02: return ReplyShape(isNinebot: true, address: address, command: 0x05, argument: body[3], count: nil)
      case 0x5B, 0x5C, 0x5D:
        return ReplyShape(isNinebot: true, address: address, command: body[2], argument: nil, count: nil)
      case 0x07...0x09:
        return ReplyShape(isNinebot: true, address: address, command: 0x0B, argument: nil, count: nil)
      default: return nil
      }
    }
    guard body.count >= 3, (0x20...0x22).contains(body[0]) else { return nil }
    // 20 is answered by 23, 21 by 24, 22 by 25 (protocol.md 2.1).
    let address = UInt16(body[0]) + 3
    switch body[1] {
    case 0x01:
      return ReplyShape(
        isNinebot: false, address: address, command: 0x01, argument: body[2], count: body.count > 3 ? Int(body[3]) : nil
      )
    case 0x02: return ReplyShape(isNinebot: false, address: address, command: 0x02, argument: body[2], count: nil)
    case 0x61:
      return ReplyShape(
        isNinebot: false, address: address, command: 0x01, argument: body[2], count: body.count > 3 ? Int(body[3]) : nil
      )
    case 0x07...0x0A:
      return ReplyShape(isNinebot: false, address: address, command: body[1], argument: nil, count: nil)
    default: return nil
    }
  }

  // MARK: - Replies

  private mutating func judge(_ message: inout BleMessage) {
    expire(message.time)
    let first = firstTime ?? message.time
    firstTime = first
    if phonesSide == .recorded, settings.isTimed, message.time &- first > settings.window { phonesSide = .heard }
    switch message.condition {
    case .readable:
      let key = Self.key(of: message)
      let index = explanation(of: message)
      if let index, !settings.isTimed || !rhythm.claims(key, at: message.time, requested: open[index].time) {
        message.solicited = true
        message.request = open[index].sequence
        if open[index].reply != nil { rhythm.took(own: message.time &- open[index].time) }
        close(index, at: message.time)
      } else {
        message.solicited = phonesSide == .heard ? false : nil
        rhythm.took(foreign: key, at: message.time)
      }
    case .preSession:
      // Before the login the phone can ask nothing.
      message.solicited = false
    case .sealed: judgeByLength(&message)
    default: return
    }
  }

  /// Address, register and length: what members of a poll ring differ in.
  private static func key(of message: BleMessage) -> UInt32 {
    let body = message.body
    let index = message.format.wire == .ninebot ? 3 : 2
    guard body.count > index else { return 0 }
    return UInt32(body[0]) << 24 | UInt32(body[index]) << 16 | UInt32(truncatingIfNeeded: body.count & 0xFFFF)
  }

  /// The oldest open request that fits; a fitting one by content comes before one that is sealed.
  private func explanation(of message: BleMessage) -> Int? {
    let body = message.body
    return open.firstIndex { request in
      guard let shape = request.reply else { return false }
      return shape.isNinebot ? Self.fits(ninebot: body, shape) : Self.fits(xiaomi: body, shape)
    } ?? open.firstIndex { $0.reply == nil }
  }

  private static func fits(ninebot body: [UInt8], _ shape: ReplyShape) -> Bool {
    body.count >= 4 && UInt16(body[0]) << 8 | UInt16(body[1]) == shape.address && body[2] == shape.command
      && (shape.argument ?? body[3]) == body[3] && (shape.count ?? body.count - 4) == body.count - 4
  }

  private static func fits(xiaomi body: [UInt8], _ shape: ReplyShape) -> Bool {
    body.count >= 3 && UInt16(body[0]) == shape.address && body[1] == shape.command
      && (shape.argument ?? body[2]) == body[2] && (shape.count ?? body.count - 3) == body.count - 3
  }

  /// Without a key only L is known: it refutes a request, or leaves it possible.
  private mutating func judgeByLength(_ message: inout BleMessage) {
    guard phonesSide == .heard, let length = message.length else { return }
    let count = message.format.wire == .ninebot ? Int(length) : Int(length) - 2
    let index = open.firstIndex { request in
      guard let shape = request.reply else { return true }
      return (shape.count ?? count) == count
    }
    guard let index else {
      message.solicited = false
      return
    }
    // A request whose content is known explains the reply; one that is sealed may.
    if open[index].reply != nil {
      message.solicited = true
      message.request = open[index].sequence
    }
    close(index, at: message.time)
  }

  /// A request explains one reply. Clients ask in order, so older ones are as good as lost.
  private mutating func close(_ index: Int, at time: Int64) {
    let answered = open.remove(at: index)
    open.removeAll { request in
      request.sequence < answered.sequence && (!settings.isTimed || time &- request.time > settings.lateness)
    }
  }
}
