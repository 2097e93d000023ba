import CaptureFiles
import NinebotBus
import ScooterSim

@testable import BleSide

/// A phone and a scooter that register, log in and talk, logged as the phone's Bluetooth stack would; what was really
/// sent is kept beside it.
struct SimulatedPhone {
  struct Sent: Hashable {
    var direction: BleDirection
    var body: [UInt8]
    /// When its last part was logged, Unix nanoseconds in whole microseconds.
    var time: Int64
    var counter: UInt32
  }

  var log: PhoneLogWriter<MemorySink>
  var random: SplitMix64
  var time: Int64 = 1_700_000_000_000_000_000
  /// Everything whose parts are all in the log, per direction.
  var sent: [BleDirection: [Sent]] = [.toScooter: [], .toPhone: []]
  /// Messages of which a part or all was lost.
  var lost = 0
  var token: [UInt8] = []
  private var session: SealedSession?
  /// The counter of the next message.
  var counters: [BleDirection: UInt32] {
    get { session?.counters ?? [:] }
    set { session?.counters = newValue }
  }

  static let peer = PeerAddress(0xC0FF_EE12_3456)
  static let privateKey = [UInt8](1...32)

  init(seed: UInt64, settings: PhoneLogSettings = PhoneLogSettings()) throws {
    random = SplitMix64(seed: seed)
    log = try PhoneLogWriter(MemorySink(), settings: settings)
  }

  mutating func wait(_ nanoseconds: ClosedRange<Int64>) {
    time += Int64.random(in: nanoseconds, using: &random) / 1000 * 1000
  }

  mutating func bytes(_ count: Int) -> [UInt8] { random.bytes(count) }

  mutating func connect(discovers: Bool = true) throws {
    try log.advertise(name: "MIScooter1234", peer: Self.peer, at: time)
    try log.connect(peer: Self.peer, at: time)
    if discovers { try log.discover(at: time) }
  }

  /// A registration with the power button pressed in time, its token kept.
  mutating func register() throws {
    var app = AppRegistration(key: try P256Key(SecretBytes(Self.privateKey)), fallbackDID: bytes(20))
    var scooter = ScooterRegistration(key: try .random(), did: bytes(20))
    scooter.buttonPressed(at: time)
    app.start(at: time)
    try write(AuthTranscript(&app, &scooter, at: time))
    token = app.token()?.bytes ?? []
  }

  /// A login with the token, with traffic of a dash between its packets.
  mutating func login(counters start: UInt32? = nil) throws {
    var app = AppLogin(token: SecretBytes(token), random: bytes(16))
    var scooter = ScooterLogin(token: SecretBytes(token), random: bytes(16))
    app.start(at: time)
    try write(AuthTranscript(&app, &scooter, at: time), foreign: true)
    session = app.keys.map { SealedSession(keys: $0) }
    if let start { counters = [.toScooter: start, .toPhone: start] }
  }

  private mutating func write(_ transcript: AuthTranscript, foreign: Bool = false) throws {
    // Frames of other characteristics come between the parcels (protocol.md 6.8).
    let zeros = log.values(of: SealedSession.preSession(dataBytes: 30))
    var next = 0
    for entry in transcript.entries {
      wait(1_000_000...9_000_000)
      try log.write(entry, at: time)
      guard foreign, entry.direction == .toPhone else { continue }
      try log.notify(.uartNotify, zeros[next % zeros.count], at: time)
      try log.notify(.uartNotify, [], at: time)
      next += 1
    }
    // What was begun is brought to its end.
    while next % zeros.count != 0 {
      try log.notify(.uartNotify, zeros[next % zeros.count], at: time)
      next += 1
    }
  }

  /// A message with its next counter: its values, and whether each is logged.
  mutating func message(_ direction: BleDirection, _ body: [UInt8]) throws -> [UInt8] {
    guard var session else { return [] }
    defer { self.session = session }
    return try session.seal(direction, body, random: &random)
  }

  /// Both sides send a message at once: their values interleave, some get lost, empty ones come between.
  mutating func exchange(_ bodies: [(BleDirection, [UInt8])], loss: Double = 0, empties: Double = 0) throws {
    var queues: [(direction: BleDirection, body: [UInt8], counter: UInt32, values: [[UInt8]], whole: Bool)] = []
    for (direction, body) in bodies {
      let counter = counters[direction] ?? 0
      let frame = try message(direction, body)
      queues.append((direction, body, counter, log.values(of: frame), true))
    }
    while let index = queues.indices.filter({ !queues[$0].values.isEmpty }).randomElement(using: &random) {
      wait(100_000...2_000_000)
      let value = queues[index].values.removeFirst()
      if empties > 0, Double.random(in: 0..<1, using: &random) < empties { try log.notify(.uartNotify, [], at: time) }
      if loss > 0, Double.random(in: 0..<1, using: &random) < loss {
        queues[index].whole = false
      } else if queues[index].direction == .toScooter {
        try log.write(.uartWrite, value, at: time)
      } else {
        try log.notify(.uartNotify, value, at: time)
      }
      guard queues[index].values.isEmpty else { continue }
      let done = queues[index]
      if done.whole {
        sent[done.direction, default: []].append(
          Sent(direction: done.direction, body: done.body, time: time, counter: done.counter))
      } else {
        lost += 1
      }
    }
  }

  var bytesOfLog: [UInt8] { log.sink.bytes }
}

/// Everything that a recording yields; the error that ends it, if any.
func read(_ log: [UInt8], _ keys: KeyRing = KeyRing(), piece: Int = .max) -> (events: [BleEvent], error: InputError?) {
  var events: [BleEvent] = []
  do {
    var recording = try BleRecording(MemoryStream(log, name: "log", piece: piece), keys: keys)
    while let event = try recording.next() { events.append(event) }
    return (events, nil)
  } catch {
    return (events, error)
  }
}

extension [BleEvent] {
  var messages: [BleMessage] { compactMap { if case .message(let message) = $0 { message } else { nil } } }
  var notes: [BleNote.Kind] { compactMap { if case .note(let note) = $0 { note.kind } else { nil } } }
}
