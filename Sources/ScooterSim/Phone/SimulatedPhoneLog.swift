public import BleSide
public import CaptureFiles
import NinebotBus

/// The HCI log of a scenario's phone: it connects, discovers, logs in with a token drawn from the seed and talks in
/// sealed messages, with the foreign traffic that the BLE module forwards (protocol.md 6.8).
///
/// Takes the occurrences of a `Scooter` in their order. The same scenario and settings give the same bytes. Memory does
/// not grow with the run. One connection lasts for the whole run, also where the BLE module reboots.
public struct SimulatedPhoneLog<Sink: ByteSink>: Sendable {
  /// What the login agreed on beforehand: 12 bytes.
  public let token: [UInt8]
  /// Messages of which nothing was lost so far.
  public private(set) var messages = 0
  /// Messages of which a part or all did not get into the log.
  public private(set) var lost = 0

  /// The phone hears the scooter advertise so long before it connects.
  private static var advertisesBefore: Int64 { 100_000_000 }
  /// Notifications that are later than this have found the module's buffers full.
  private static var mostLate: Int64 { 2_000_000_000 }
  private static var peer: PeerAddress { PeerAddress(0xC0FF_EE12_3456) }

  private let radio: PhoneRadio
  private var writer: PhoneLogWriter<Sink>
  private var random: SplitMix64
  private var events: ConnectionEvents?
  private var session: SealedSession
  /// The phone wrote its first message: from then on the module has the key.
  private var isOpen = false
  private var lastArrival: Int64 = .min
  /// In order of time, not yet written.
  private var waiting: [(time: Int64, what: Packet)] = []
  private var isConnected = false

  private enum Packet: Sendable {
    case advertisement(String)
    case connection
    case auth(AuthTranscript.Entry)
    case write([UInt8])
    case notification([UInt8])

    var isNotification: Bool { if case .notification = self { true } else { false } }
  }

  /// A log that begins at the simulation's time 0. Without a phone in the scenario it stays empty.
  ///
  /// - Parameters:
  ///   - sink: takes the btsnoop file.
  ///   - scenario: which scooter, and what its phone does.
  ///   - radio: how messages travel through the air.
  ///   - token: 12 bytes; nil draws them from the scenario's seed.
  ///   - settings: the log's clock and what it leaves out.
  public init(
    _ sink: Sink, scenario: Scenario, radio: PhoneRadio = PhoneRadio(), token: [UInt8]? = nil,
    settings: PhoneLogSettings = PhoneLogSettings()
  ) throws(OutputError) {
    self.radio = radio
    writer = try PhoneLogWriter(sink, settings: settings)
    random = SplitMix64(seed: scenario.seed, part: 80)
    let drawn = random.bytes(12)
    self.token = token ?? drawn
    var app = AppLogin(token: SecretBytes(self.token), random: random.bytes(16))
    var scooter = ScooterLogin(token: SecretBytes(self.token), random: random.bytes(16))
    app.start(at: 0)
    let transcript = AuthTranscript(&app, &scooter, at: 0)
    guard let keys = app.keys else { throw Self.failure("the login failed: \(app.state)") }
    session = SealedSession(keys: keys)
    if let phone = scenario.phone { plan(phone, name: scenario.ble.name, transcript) }
  }

  /// Where the log goes.
  public var sink: Sink { writer.sink }

  /// Adds what happened next; everything but the radio is passed over.
  public mutating func push(_ occurrence: Occurrence) throws(OutputError) {
    guard case .radio(let frame) = occurrence else { return }
    try write(before: frame.time)
    switch frame.direction {
    case .toScooter:
      isOpen = true
      let values = try values(of: frame)
      for value in values { schedule(.write(value), at: frame.time) }
      if !values.isEmpty { messages += 1 }
    case .toPhone: try notify(frame)
    }
  }

  /// Ends the log: messages under way arrive, then the phone disconnects, at `time` (nanoseconds) or behind them.
  public mutating func finish(at time: Int64) throws(OutputError) {
    waiting.removeAll { $0.time > time && !$0.what.isNotification }
    let end = max(time, waiting.last?.time ?? time)
    try write(before: .max)
    if isConnected { try writer.disconnect(at: radio.phoneTime(end)) }
    isConnected = false
  }

  // MARK: - The connection's begin

  /// From the first advertisement to the last packet of the login, spread over the time that the scenario gives it.
  private mutating func plan(_ phone: PhoneSettings, name: String, _ transcript: AuthTranscript) {
    let start = Int64(phone.connectsAt * 1e9)
    let length = Int64(phone.loginTakes * 1e9)
    if let interval = radio.interval {
      events = ConnectionEvents(start: start, interval: interval, retransmissions: radio.retransmissions)
    }
    schedule(.advertisement(name), at: max(0, start - Self.advertisesBefore))
    schedule(.connection, at: start)
    let step = length / Int64(transcript.entries.count + 2)
    for (index, entry) in transcript.entries.enumerated() {
      schedule(.auth(entry), at: start + Int64(index + 1) * step + Int64(random.unit() * Double(step) / 2))
    }
  }

  // MARK: - Messages

  private mutating func notify(_ frame: RadioFrame) throws(OutputError) {
    if let last = waiting.last?.time, isOpen, last - frame.time > Self.mostLate {
      lost += 1
      return
    }
    guard !frame.frame.isEmpty else { return schedule(.notification([]), at: arrival(of: frame.time)) }
    let values = try values(of: frame)
    var isWhole = true
    for value in values {
      let time = arrival(of: frame.time)
      if random.chance(radio.loss) { isWhole = false } else { schedule(.notification(value), at: time) }
    }
    if isWhole { messages += 1 } else { lost += 1 }
  }

  /// What goes over the air for a plain frame; nothing for what is no frame.
  private mutating func values(of frame: RadioFrame) throws(OutputError) -> [[UInt8]] {
    guard frame.frame.count >= 8 else { return [] }
    let body = Array(frame.frame[3..<(frame.frame.count - 2)])
    guard isOpen else { return writer.values(of: SealedSession.preSession(dataBytes: body.count - 3)) }
    do {
      let direction: BleDirection = frame.direction == .toScooter ? .toScooter : .toPhone
      return writer.values(of: try session.seal(direction, body, random: &random))
    } catch {
      throw Self.failure(error.description)
    }
  }

  private mutating func arrival(of time: Int64) -> Int64 {
    lastArrival = max(lastArrival, events?.arrival(of: time, random: &random) ?? time)
    return lastArrival
  }

  // MARK: - The log

  private mutating func schedule(_ what: Packet, at time: Int64) {
    // Behind everything that is not later, so that equal times keep their order.
    let place = waiting.lastIndex { $0.time <= time }.map { $0 + 1 } ?? 0
    waiting.insert((time, what), at: place)
  }

  /// Writes what is due before `time`: nothing that comes later can be earlier.
  private mutating func write(before time: Int64) throws(OutputError) {
    let count = waiting.firstIndex { $0.time >= time } ?? waiting.count
    for (time, what) in waiting[..<count] { try write(what, at: radio.phoneTime(time)) }
    waiting.removeFirst(count)
  }

  private mutating func write(_ what: Packet, at time: Int64) throws(OutputError) {
    switch what {
    case .advertisement(let name): try writer.advertise(name: name, peer: Self.peer, at: time)
    case .connection:
      isConnected = true
      try writer.connect(peer: Self.peer, interval: radio.interval ?? 30_000_000, at: time)
      try writer.discover(at: time)
    case .auth(let entry): try writer.write(entry, at: time)
    case .write(let value): try writer.write(.uartWrite, value, at: time)
    case .notification(let value): try writer.notify(.uartNotify, value, at: time)
    }
  }

  private static func failure(_ cause: String) -> OutputError {
    .failed(InputError("the simulated phone", "cannot talk: \(cause)"))
  }
}
