/// The messages of one connection: puts them together and opens what the keys open (protocol.md 1.4 to 1.7).
///
/// Values go in with their direction, messages come out in order. Nothing is dropped: what cannot be read is a message
/// of its own, and a changed message does not stop the stream.
public struct CommDecoder: Sendable {
  /// One direction.
  private struct Stream: Sendable {
    var reassembler = CommReassembler()
    var counter = CounterTracker()
    /// Ciphers to try, the one that fitted last first.
    var ciphers: [CommCipher] = []
    /// Messages that no cipher opened, before the first that one did.
    var failures = 0
    /// Whether the first cipher is certainly right: a login proved it, or it opened a message.
    var isProven = false
  }

  /// A counter may have gone over its end before the recording began; so many times are tried.
  private static let mostUpperHalves: UInt32 = 64
  /// So many messages at the start are worth that search.
  private static let mostSearches = 4

  private var toScooter = Stream()
  private var toPhone = Stream()
  /// Keystream of the old 55AB scheme, where it is known.
  public private(set) var keystream: XorKeystream?
  /// The NinebotCrypto session.
  private(set) var ninebot = NinebotSession()
  private var pieces: [CommPiece] = []
  private var plain: [UInt8] = []

  public init() {}

  /// Adds a name that the scooter may have; the first key of NinebotCrypto is made from it.
  public mutating func add(name: [UInt8]) { ninebot.add(name: name) }

  /// Tells the 12 bytes of characteristic 0x0014.
  public mutating func set(beaconKey: [UInt8]) {
    guard beaconKey.count >= XorKeystream.initialCount, keystream?.bytes.starts(with: beaconKey) != true else { return }
    keystream = XorKeystream(beaconKey)
  }

  /// Adds session keys to try.
  public mutating func add(_ keys: SessionKeys) {
    if let cipher = keys.toScooter { toScooter.ciphers.append(cipher) }
    if let cipher = keys.toPhone { toPhone.ciphers.append(cipher) }
  }

  /// A login begins: both sides count anew. The keys are nil when nobody has them, and `isProven` when a proof in the
  /// recording fits them.
  public mutating func begin(_ keys: [LoginKeys], isProven: Bool) {
    toScooter.counter = CounterTracker()
    toPhone.counter = CounterTracker()
    guard !keys.isEmpty else { return }
    toScooter.ciphers.insert(contentsOf: keys.map(\.toScooter), at: 0)
    toPhone.ciphers.insert(contentsOf: keys.map(\.toPhone), at: 0)
    // Keys of earlier logins do not come back.
    toScooter.ciphers.removeLast(max(0, toScooter.ciphers.count - 8))
    toPhone.ciphers.removeLast(max(0, toPhone.ciphers.count - 8))
    (toScooter.isProven, toPhone.isProven) = (isProven, isProven)
    (toScooter.failures, toPhone.failures) = (0, 0)
  }

  /// Whether there is any key for 55AB messages of that direction.
  public func hasKeys(_ direction: BleDirection) -> Bool {
    direction == .toScooter ? !toScooter.ciphers.isEmpty : !toPhone.ciphers.isEmpty
  }

  /// The counter of a direction: first, last, missing and repeated messages.
  public func counter(_ direction: BleDirection) -> CounterTracker {
    direction == .toScooter ? toScooter.counter : toPhone.counter
  }

  /// Empty values of a direction.
  public func empties(_ direction: BleDirection) -> Int {
    direction == .toScooter ? toScooter.reassembler.empties : toPhone.reassembler.empties
  }

  /// Takes one value of the UART characteristic of that direction and appends the messages that it completes.
  public mutating func push(
    _ value: Span<UInt8>, _ direction: BleDirection, at time: Int64, into messages: inout [BleMessage]
  ) {
    switch direction {
    case .toScooter:
      if let format = toScooter.reassembler.wholeFrame(value) {
        messages.append(decode(value, format, direction, start: time, end: time))
        return
      }
      toScooter.reassembler.push(value, at: time, into: &pieces)
    case .toPhone:
      if let format = toPhone.reassembler.wholeFrame(value) {
        messages.append(decode(value, format, direction, start: time, end: time))
        return
      }
      toPhone.reassembler.push(value, at: time, into: &pieces)
    }
    if !pieces.isEmpty { decode(direction, into: &messages) }
  }

  /// Ends the connection: what was begun is damaged.
  public mutating func finish(into messages: inout [BleMessage]) {
    toScooter.reassembler.finish(into: &pieces)
    decode(.toScooter, into: &messages)
    toPhone.reassembler.finish(into: &pieces)
    decode(.toPhone, into: &messages)
  }

  private mutating func decode(_ direction: BleDirection, into messages: inout [BleMessage]) {
    for piece in pieces { messages.append(decode(piece, direction)) }
    pieces.removeAll(keepingCapacity: true)
  }

  private mutating func decode(_ piece: CommPiece, _ direction: BleDirection) -> BleMessage {
    if case .frame(let format) = piece.kind {
      return decode(piece.bytes.span, format, direction, start: piece.start, end: piece.end)
    }
    var message = BleMessage(
      time: piece.end, start: piece.start, direction: direction, format: .plain55AA, condition: .foreign,
      air: piece.bytes)
    if piece.kind == .damaged {
      message.condition = .damaged
      message.format = Self.format(ofDamaged: piece.bytes)
    }
    return message
  }

  private mutating func decode(
    _ frame: Span<UInt8>, _ format: CommFormat, _ direction: BleDirection, start: Int64, end: Int64
  ) -> BleMessage {
    var message = BleMessage(time: end, start: start, direction: direction, format: format, condition: .readable)
    switch format {
    case .plain55AA, .plain5AA5: message.body = frame.extracting(3..<(frame.count - 2)).array
    case .xor: openXOR(frame.array, &message)
    case .ninebotCrypto: openNinebot(frame.array, &message)
    case .ccm:
      switch direction {
      case .toScooter: Self.open(frame, &toScooter, &plain, &message)
      case .toPhone: Self.open(frame, &toPhone, &plain, &message)
      }
    }
    if message.condition != .readable { message.air = frame.array }
    return message
  }

  private static func format(ofDamaged bytes: [UInt8]) -> CommFormat {
    guard bytes.count >= 2, let (short, long) = CommFormat.starting(bytes[0], bytes[1]) else { return .plain55AA }
    return short == .xor ? long ?? short : short
  }

  // MARK: - The three schemes

  private mutating func openXOR(_ frame: [UInt8], _ message: inout BleMessage) {
    message.condition = .sealed
    guard let known = keystream else { return }
    let cipher = frame[3..<(frame.count - 2)]
    var body = known.apply(cipher)
    guard (0x20...0x25).contains(body[0]) else { return }
    if known.bytes.count <= XorKeystream.initialCount, body.starts(with: [0x25, 0x01, 0x50]) {
      var longer = known
      longer.extend(zeroReply: Array(cipher))
      keystream = longer
      body = longer.apply(cipher)
    }
    guard keystream?.covers(body.count - 4) == true else { return }
    message.condition = .readable
    message.body = Array(body.dropLast(4))
  }

  private mutating func openNinebot(_ frame: [UInt8], _ message: inout BleMessage) {
    if let (body, value) = ninebot.open(frame) {
      toScooter.reassembler.isNinebotCrypto = true
      toPhone.reassembler.isNinebotCrypto = true
      message.condition = .readable
      message.body = body
      message.counter = value
      message.step = ninebot.accept(value)
    } else {
      message.condition = ninebot.isComplete ? .tampered : .sealed
    }
  }

  private static func open(
    _ frame: Span<UInt8>, _ stream: inout Stream, _ plain: inout [UInt8], _ message: inout BleMessage
  ) {
    let wire = frame.u16(3)
    if wire == 0, isZero(frame.extracting(5..<(frame.count - 2))) {
      message.condition = .preSession
      return
    }
    if let counter = find(frame, wire, &stream, &plain) {
      stream.isProven = true
      stream.failures = 0
      stream.reassembler.isCCM = true
      message.condition = .readable
      message.body = plain.span.extracting(droppingLast: 4).array
      message.counter = counter
      message.step = stream.counter.accept(counter)
    } else if stream.ciphers.isEmpty {
      let counter = stream.counter.likeliest(wire)
      message.condition = .sealed
      message.counter = counter
      message.step = stream.counter.accept(counter)
    } else {
      stream.failures += 1
      message.condition = stream.isProven ? .tampered : .sealed
    }
  }

  private static func isZero(_ bytes: Span<UInt8>) -> Bool {
    for index in 0..<bytes.count where bytes[index] != 0 { return false }
    return true
  }

  /// The counter with which one of the ciphers opens the frame; `plain` holds what was in it.
  private static func find(
    _ frame: Span<UInt8>, _ wire: UInt16, _ stream: inout Stream, _ plain: inout [UInt8]
  ) -> UInt32? {
    let likeliest = stream.counter.likeliest(wire)
    for index in stream.ciphers.indices {
      let cipher = stream.ciphers[index]
      var counter: UInt32?
      if cipher.open(frame, counter: likeliest, into: &plain) {
        counter = likeliest
      } else {
        for value in stream.counter.candidates(wire).dropFirst() where counter == nil {
          if cipher.open(frame, counter: value, into: &plain) { counter = value }
        }
      }
      if counter == nil, stream.counter.last == nil, stream.failures < Self.mostSearches {
        for upper in 1...Self.mostUpperHalves where counter == nil {
          let value = upper << 16 | UInt32(wire)
          if cipher.open(frame, counter: value, into: &plain) { counter = value }
        }
      }
      guard let counter else { continue }
      if index > 0 { stream.ciphers.swapAt(0, index) }
      return counter
    }
    return nil
  }
}
