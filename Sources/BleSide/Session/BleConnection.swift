/// One connection between a phone and a device: learns which characteristic is what, follows authentication, reads the
/// messages and tells which replies the phone asked for.
struct BleConnection: Sendable {
  /// Number among the connections with a scooter; nil until something of a scooter was seen.
  private(set) var number: Int?
  /// Known where the recording shows how the connection began.
  var peer: PeerAddress?
  /// Which handle is what.
  var map = GattMap()
  private var comm = CommDecoder()
  private var auth = AuthFollower()
  private var replies: ReplyTracker
  private var trials = HandleTrials()
  private var messages: [BleMessage] = []
  /// Notes that were already made.
  private var noted: Set<BleNote.Kind> = []
  private var sawLogin = false
  private var empties = 0

  init(keys: KeyRing, isTimed: Bool) {
    replies = ReplyTracker(settings: ReplyTracker.Settings(isTimed: isTimed))
    for session in keys.sessions { comm.add(session) }
    for name in keys.names { comm.add(name: Array(name.utf8)) }
    if let beaconKey = keys.beaconKey { comm.set(beaconKey: beaconKey) }
  }

  /// A name that the scooter at the other end may have.
  mutating func add(name: [UInt8]) { comm.add(name: name) }

  // MARK: - ATT

  /// Takes a PDU; `isClient` tells that the GATT client sent it, where the recording tells directions.
  mutating func push(att pdu: Span<UInt8>, fromClient: Bool?, at time: Int64, _ context: inout BleContext) {
    guard let opcode = pdu.isEmpty ? nil : pdu[0] else { return }
    // Where the recording tells no direction: a client's opcodes are even.
    if fromClient ?? (opcode & 1 == 0) { replies.foundPhonesSide() }
    switch opcode {
    // Write request, write command, signed write.
    case 0x12, 0x52, 0xD2:
      guard pdu.count >= 3, fromClient != false else { return }
      let end = opcode == 0xD2 ? max(3, pdu.count - 12) : pdu.count
      push(value: pdu.extracting(3..<end), of: pdu.u16(1), .toScooter, at: time, &context)
    // Notification, indication.
    case 0x1B, 0x1D:
      guard pdu.count >= 3, fromClient != true else { return }
      push(value: pdu.extracting(3...), of: pdu.u16(1), .toPhone, at: time, &context)
    // Several notifications in one.
    case 0x23:
      guard fromClient != true else { return }
      var index = 1
      while index + 4 <= pdu.count {
        let end = index + 4 + Int(pdu.u16(index + 2))
        guard end <= pdu.count else { return }
        push(value: pdu.extracting((index + 4)..<end), of: pdu.u16(index), .toPhone, at: time, &context)
        index = end
      }
    default:
      // Responses have odd opcodes. The other device may be a client of the phone's server, too: not of interest.
      guard fromClient != (opcode & 1 == 1) else { return }
      switch map.learn(pdu) {
      case .beaconKey(let bytes): comm.set(beaconKey: bytes)
      case .name(let name): comm.add(name: name)
      case nil: break
      }
    }
  }

  /// Takes a value of a characteristic.
  private mutating func push(
    value: Span<UInt8>, of handle: UInt16, _ direction: BleDirection, at time: Int64, _ context: inout BleContext
  ) {
    switch map.role(of: handle) {
    case .uartWrite, .uartNotify, .uart: push(uart: value, direction, at: time, &context)
    case .control: push(auth: value.array, isControl: true, direction, at: time, &context)
    case .parcels: push(auth: value.array, isControl: false, direction, at: time, &context)
    case .beaconKey, .deviceName, .other: return
    case nil:
      guard !value.isEmpty, let learnt = trials.push(value, of: handle, direction, at: time) else { return }
      for (handle, role) in learnt.roles { map.set(handle, role) }
      for replay in learnt.values {
        push(value: replay.bytes.span, of: replay.handle, replay.direction, at: replay.time, &context)
      }
    }
  }

  // MARK: - Text logs

  /// Takes a value whose characteristic is not known: what it is shows in its form alone.
  mutating func push(unlabelled bytes: [UInt8], _ direction: BleDirection, at time: Int64, _ context: inout BleContext)
  {
    if let code = AuthCode(bytes), HandleTrials.fits(code, direction) {
      push(auth: bytes, isControl: true, direction, at: time, &context)
    } else if auth.takes(parcel: bytes, direction) {
      push(auth: bytes, isControl: false, direction, at: time, &context)
    } else {
      push(uart: bytes.span, direction, at: time, &context)
    }
  }

  /// Takes a plain message that a log tells whole and without checksum.
  mutating func push(clear body: [UInt8], _ format: CommFormat, at time: Int64, _ context: inout BleContext) {
    messages.append(
      BleMessage(time: time, start: time, direction: .toScooter, format: format, condition: .readable, body: body))
    deliver(&context)
  }

  /// Keys that a log prints in the middle of it.
  mutating func add(_ keys: SessionKeys) { comm.add(keys) }

  // MARK: - Authentication

  private mutating func push(
    auth bytes: [UInt8], isControl: Bool, _ direction: BleDirection, at time: Int64, _ context: inout BleContext
  ) {
    guard !bytes.isEmpty else {
      if direction == .toPhone { empties += 1 }
      return
    }
    if direction == .toScooter { replies.heardPhone() }
    let events =
      isControl ? auth.push(control: bytes, direction) : auth.push(parcel: bytes, direction, context.keys)
    for event in events { took(event, at: time, &context) }
  }

  private mutating func took(_ event: AuthFollower.Event, at time: Int64, _ context: inout BleContext) {
    switch event {
    case .loginBegan:
      sawLogin = true
      comm.begin([], isProven: false)
      noted = noted.filter { $0 != .missingToken && $0 != .wrongToken }
    case .proven(let keys):
      sawLogin = true
      comm.begin([keys], isProven: true)
      note(.loggedIn, at: time, &context)
    case .unproven(let keys):
      comm.begin(keys, isProven: false)
      note(.loggedInUnproven, at: time, &context)
    case .wrongToken:
      sawLogin = true
      note(.wrongToken, at: time, &context)
    case .missingToken:
      sawLogin = true
      note(.missingToken, at: time, &context)
    case .token(let token):
      context.keys.tokens.insert(token, at: 0)
      context.keys.tokens.removeLast(max(0, context.keys.tokens.count - BleContext.mostTokens))
      note(.registered, at: time, &context)
    case .foreignRegistration: note(.foreignRegistration, at: time, &context)
    case .code(let code): if code.refuses { note(.refused(code), at: time, &context) }
    }
  }

  // MARK: - Messages

  @inline(__always)
  private mutating func push(
    uart value: Span<UInt8>, _ direction: BleDirection, at time: Int64, _ context: inout BleContext
  ) {
    comm.push(value, direction, at: time, into: &messages)
    if !messages.isEmpty { deliver(&context) }
  }

  /// Hands the messages on, with what the tracker and the notes have to say.
  private mutating func deliver(_ context: inout BleContext) {
    let number = numbered(&context)
    if context.recordsHost { replies.foundPhonesSide() }
    for index in messages.indices {
      messages[index].connection = number
      messages[index].sequence = context.nextSequence()
      replies.push(&messages[index])
      explain(messages[index], &context)
      context.events.append(.message(messages[index]))
    }
    messages.removeAll(keepingCapacity: true)
  }

  private mutating func numbered(_ context: inout BleContext) -> Int {
    if let number { return number }
    let new = context.nextConnection()
    number = new
    return new
  }

  /// Says once why messages cannot be read.
  @inline(__always)
  private mutating func explain(_ message: BleMessage, _ context: inout BleContext) {
    if message.condition == .sealed { explain(sealed: message, &context) }
    if message.step == .uncounted { note(.uncounted(message.direction), at: message.time, &context) }
  }

  private mutating func explain(sealed message: BleMessage, _ context: inout BleContext) {
    let kind: BleNote.Kind
    switch message.format {
    case .ninebotCrypto:
      let isFirst = message.air.suffix(2).allSatisfy { $0 == 0 }
      kind = isFirst || comm.ninebot.opened ? .missingName : .missingHandshake
    case .xor: kind = .missingBeaconKey
    default:
      if comm.hasKeys(message.direction) {
        kind = .wrongKeys
      } else {
        guard !noted.contains(.wrongToken) else { return }
        kind = sawLogin ? .missingToken : .sessionInMiddle
      }
    }
    note(kind, at: message.time, &context)
  }

  private mutating func note(_ kind: BleNote.Kind, at time: Int64, _ context: inout BleContext) {
    let number = numbered(&context)
    guard noted.insert(kind).inserted || kind == .loggedIn else { return }
    context.events.append(.note(BleNote(kind, time: time, connection: number)))
  }

  /// The link layer of this connection is encrypted.
  mutating func linkEncrypted(at time: Int64, _ context: inout BleContext) {
    guard number != nil || map.hasScooter else { return }
    note(.linkEncrypted, at: time, &context)
  }

  /// The connection is over, or the recording is.
  mutating func finish(at time: Int64, _ context: inout BleContext) {
    comm.finish(into: &messages)
    if !messages.isEmpty { deliver(&context) }
    guard number != nil else { return }
    for direction in BleDirection.allCases {
      let counter = comm.counter(direction)
      guard counter.missing > 0 || counter.repeats > 0 else { continue }
      note(.counterGaps(direction, missing: counter.missing, repeats: counter.repeats), at: time, &context)
    }
    let count = empties + comm.empties(.toPhone)
    if count > 0 { note(.emptyValues(count), at: time, &context) }
  }
}

/// What all connections of a recording share.
struct BleContext: Sendable {
  static let mostTokens = 32

  var keys: KeyRing
  var events: [BleEvent] = []
  /// Whether the recording holds what the phone's host sends.
  var recordsHost = false
  private(set) var messageCount = 0
  private(set) var connectionCount = 0

  init(keys: KeyRing) { self.keys = keys }

  mutating func nextSequence() -> Int {
    defer { messageCount += 1 }
    return messageCount
  }

  mutating func nextConnection() -> Int {
    defer { connectionCount += 1 }
    return connectionCount
  }
}
