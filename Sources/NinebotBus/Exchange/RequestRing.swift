/// What an answer and its request have in common.
struct RequestKey: Sendable {
  let expects: FrameReading.Expectation
  let subject: Role
  /// All of it as one number, never 0: it is compared with many others.
  let packed: UInt32

  /// - Parameter asker: 5AA5: the address of the one who asks; 55AA has none.
  private init(_ expects: FrameReading.Expectation, _ subject: Role, asker: UInt8) {
    self.expects = expects
    self.subject = subject
    let (kind, value): (UInt32, UInt8) =
      switch expects {
      case .nothing: (0, 0)
      case .registers(let first): (1, first)
      case .acknowledgement(let register): (2, register)
      case .reply(let command): (3, command)
      }
    packed = kind << 24 | UInt32(value) << 16 | UInt32(subject.rawValue) << 8 | UInt32(asker)
  }

  /// Whether the ESC passes it on to a battery, so that the answer comes in its turn and not at once.
  var isRelayed: Bool { subject == .bms || subject == .externalBms }

  init(request: FrameReading) {
    self.init(request.expects, request.subject, asker: request.format == .ninebot ? request.address : 0)
  }

  /// Nil for frames that answer nothing.
  init?(answer: FrameReading) {
    let expects: FrameReading.Expectation
    switch answer.act {
    case .readReply: expects = .registers(answer.argument)
    case .writeAck: expects = .acknowledgement(answer.argument)
    case .reply: expects = .reply(answer.command)
    default: return nil
    }
    self.init(expects, answer.subject, asker: answer.format == .ninebot ? answer.destination : 0)
  }
}

/// A request that waits for its answer.
struct Request: Sendable {
  var key: RequestKey
  var peer: Role
  var command: UInt8
  var argument: UInt8
  var asked: UInt8
  /// Its place among all frames of the tap.
  var number: UInt32
  var part: Exchange.Part

  init(reading: FrameReading, part: Exchange.Part, number: UInt32) {
    key = RequestKey(request: reading)
    peer = reading.from
    command = reading.command
    argument = reading.argument
    asked = reading.asked
    self.number = number
    self.part = part
  }

  func exchange(_ outcome: Exchange.Outcome) -> Exchange {
    Exchange(
      outcome: outcome, subject: key.subject, peer: peer, command: command, argument: argument,
      expects: key.expects, asked: asked, request: part, reply: nil, between: 0, candidates: 0,
      isOtherLength: false)
  }
}

/// The last requests in order of time, at most `ExchangeTracker.capacity`.
///
/// Requests leave from the front; those taken out of the middle stay as gaps until they reach it.
struct RequestRing: Sendable {
  private var slots: [Request] = []
  /// What each slot's answer must have in common with it. Beside the slots, so that looking through them touches little
  /// memory.
  private var keys = [32 of UInt32](repeating: 0)
  /// A bit for each slot whose request waits: neither answered nor given up.
  private var waiting: UInt32 = 0
  private var head = 0
  private var count = 0

  var isFull: Bool { count == ExchangeTracker.capacity }

  /// When the oldest request's last byte can have ended, in nanoseconds; the end of time where there is none.
  var firstEnd: Int64 { count > 0 ? slots[head].part.end.latest : .max }

  mutating func append(_ request: Request) {
    let place = (head + count) % ExchangeTracker.capacity
    if place == slots.count { slots.append(request) } else { slots[place] = request }
    keys[place] = request.key.packed
    waiting |= 1 &<< UInt32(truncatingIfNeeded: place)
    count += 1
  }

  mutating func popFirst() -> Request? {
    guard count > 0 else { return nil }
    let request = slots[head]
    removeFirst()
    return request
  }

  /// Forgets the oldest request, if there is one.
  mutating func removeFirst() {
    guard count > 0 else { return }
    dropFirst()
    skipTaken()
  }

  /// Takes a found request out.
  mutating func take(_ index: Int) -> Request {
    waiting &= ~(1 &<< UInt32(truncatingIfNeeded: index))
    let request = slots[index]
    skipTaken()
    return request
  }

  private mutating func skipTaken() {
    while count > 0, waiting & (1 &<< UInt32(truncatingIfNeeded: head)) == 0 { dropFirst() }
  }

  private mutating func dropFirst() {
    waiting &= ~(1 &<< UInt32(truncatingIfNeeded: head))
    head = (head + 1) % ExchangeTracker.capacity
    count -= 1
    if count == 0 { head = 0 }
  }

  struct Match {
    /// Where the request lies, for `take`.
    var index: Int?
    /// Requests that fit.
    var candidates: UInt8 = 0
    /// Whether a request fits but for its length.
    var isOtherLength = false
  }

  /// Requests to a battery that come so close wait in the ESC together; nanoseconds (protocol.md 5.2, 5.4).
  private static let queue: Int64 = 40_000_000

  /// Looks for the request that an answer with so many payload bytes belongs to.
  ///
  /// - Parameter damage: when something was spoiled last, nanoseconds: the answer to an older request may have been.
  func find(_ key: RequestKey, bytes: UInt8, _ preference: ExchangeTracker.Preference, damage: Int64) -> Match {
    var match = Match()
    // Counted from the oldest, which is the lowest bit; from the newest on.
    let turn = UInt32(truncatingIfNeeded: head)
    var left = waiting &>> turn | waiting &<< (0 &- turn)
    while left != 0 {
      let age = 31 - left.leadingZeroBitCount
      left ^= 1 &<< UInt32(truncatingIfNeeded: age)
      let index = (head + age) % ExchangeTracker.capacity
      guard keys[index] == key.packed else { continue }
      guard slots[index].asked == 0 || slots[index].asked == bytes else {
        match.isOtherLength = true
        continue
      }
      match.candidates += 1
      guard let later = match.index, preference != .oldest else {
        match.index = index
        continue
      }
      let asked = slots[index].part.end.middle
      let distance = slots[later].part.start.middle &- asked
      if preference == .inTurn, key.isRelayed, distance < Self.queue, asked > damage { match.index = index }
    }
    return match
  }
}
