/// Finds which frame answers which on one tap.
///
/// A reply carries no request number: it is matched by the device asked, register or command, and the length asked
/// for (protocol.md 1.3). Other frames may come in between, answers may come late, several requests may be open.
/// A read that the BLE module rewrote from 01 to 61 is answered like any other; a Ninebot read by 04 to the one
/// who asked. Work for each frame is bounded and nothing is allocated once the tables have grown.
public struct ExchangeTracker: Sendable {
  public struct Settings: Hashable, Sendable {
    /// Nanoseconds after which a request counts as unanswered.
    public var timeout: Int64
    /// Nanoseconds for which an unanswered request is still remembered, so that a late answer is no riddle.
    public var memory: Int64
    /// Which of several open requests an answer that fits them all belongs to.
    public var preference: Preference

    public init(timeout: Int64 = 100_000_000, memory: Int64 = 1_000_000_000, preference: Preference = .newest) {
      self.timeout = timeout
      self.memory = memory
      self.preference = preference
    }
  }

  public enum Preference: UInt8, Hashable, Sendable {
    /// Right on a wire, where a request that was not answered at once is repeated.
    case newest
    /// The newest, but requests to a battery that come close together in turn: right where the ESC passes them on.
    case inTurn
    /// Right on a stream in order, such as BLE.
    case oldest
  }

  /// The most open requests; the oldest counts as unanswered when another comes.
  public static let capacity = 32

  public let settings: Settings
  /// What the last call found. Valid until the next call.
  public private(set) var exchanges: [Exchange] = []

  private var open = RequestRing()
  private var expired = RequestRing()
  private var frames: UInt32 = 0
  private var lastDamage = Int64.min

  public init(settings: Settings = Settings()) {
    self.settings = settings
  }

  /// Takes the next sound frame of the tap, in order of time.
  ///
  /// - Parameters:
  ///   - reading: what the profile read from the frame.
  ///   - part: the frame's number and times.
  public mutating func push(_ reading: FrameReading, _ part: Exchange.Part) {
    // Faster than removing all of them: mostly there is one.
    while !exchanges.isEmpty { exchanges.removeLast() }
    expire(before: part.start.earliest)
    frames &+= 1
    if reading.expects != .nothing {
      ask(reading, part)
    } else if let key = RequestKey(answer: reading) {
      answer(key, reading, part)
    }
  }

  /// The number of the request that the last call found to be answered by a frame; nil where there is none.
  ///
  /// - Parameter id: the frame's number.
  @inlinable
  public func request(answeredBy id: Int64) -> Int64? {
    // Looked at in place: whole ones would be copied.
    for index in exchanges.indices where exchanges[index].reply?.id == id { return exchanges[index].request?.id }
    return nil
  }

  /// Notes something that was spoiled, at `time` (nanoseconds): it may have been an answer.
  public mutating func damage(at time: Int64) { lastDamage = time }

  /// Says that nothing came before `time` (nanoseconds): requests older than the timeout are unanswered.
  public mutating func advance(to time: Int64) {
    exchanges.removeAll(keepingCapacity: true)
    expire(before: time)
  }

  /// Ends the stream: every open request is unanswered.
  public mutating func finish() {
    exchanges.removeAll(keepingCapacity: true)
    while let request = open.popFirst() { exchanges.append(request.exchange(.unanswered)) }
    expired = RequestRing()
  }

  private mutating func expire(before time: Int64) {
    while open.firstEnd < time &- settings.timeout { giveUp() }
    while expired.firstEnd < time &- settings.memory { expired.removeFirst() }
  }

  /// Reports the oldest open request as unanswered and remembers it.
  private mutating func giveUp() {
    guard let request = open.popFirst() else { return }
    exchanges.append(request.exchange(.unanswered))
    if expired.isFull { expired.removeFirst() }
    expired.append(request)
  }

  private mutating func ask(_ reading: FrameReading, _ part: Exchange.Part) {
    if open.isFull { giveUp() }
    open.append(Request(reading: reading, part: part, number: frames))
  }

  private mutating func answer(_ key: RequestKey, _ reading: FrameReading, _ part: Exchange.Part) {
    let match = open.find(key, bytes: reading.payloadCount, settings.preference, damage: lastDamage)
    if let index = match.index {
      return settle(open.take(index), .answered, match.candidates, part)
    }
    let older = expired.find(key, bytes: reading.payloadCount, settings.preference, damage: lastDamage)
    if let index = older.index {
      return settle(expired.take(index), .late, older.candidates, part)
    }
    exchanges.append(
      Exchange(
        outcome: .unsolicited, subject: reading.subject, peer: reading.to, command: reading.command,
        argument: reading.argument, expects: key.expects, asked: 0, request: nil, reply: part, between: 0,
        candidates: 0, isOtherLength: match.isOtherLength || older.isOtherLength))
  }

  private mutating func settle(
    _ request: Request, _ outcome: Exchange.Outcome, _ candidates: UInt8, _ reply: Exchange.Part
  ) {
    var exchange = request.exchange(outcome)
    exchange.reply = reply
    exchange.between = frames &- request.number &- 1
    exchange.candidates = candidates
    exchanges.append(exchange)
  }
}
