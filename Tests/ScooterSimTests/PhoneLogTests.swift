import BleSide
import CaptureFiles
import NinebotBus
import ScooterSim
import Testing

/// What the phone's log of a scenario reads back as.
@Suite("The simulated phone's log")
struct PhoneLogTests {
  /// A run, its log, and the messages over the air that make it up.
  struct Ride {
    var log: [UInt8]
    var token: [UInt8]
    var lost = 0
    /// With content.
    var frames: [RadioFrame] = []
    var empties = 0

    init(
      _ name: String, seed: UInt64 = 3, seconds: Int64 = 60, radio: PhoneRadio = PhoneRadio(),
      settings: PhoneLogSettings = PhoneLogSettings()
    ) throws {
      let scenario = try Scenario.named(name, seed: seed)
      var phone = try SimulatedPhoneLog(MemorySink(), scenario: scenario, radio: radio, settings: settings)
      var scooter = Scooter(scenario)
      while let occurrence = scooter.next(until: seconds * 1_000_000_000) {
        try phone.push(occurrence)
        guard case .radio(let frame) = occurrence else { continue }
        if frame.frame.isEmpty { empties += 1 } else { frames.append(frame) }
      }
      try phone.finish(at: seconds * 1_000_000_000)
      log = phone.sink.bytes
      token = phone.token
      lost = phone.lost
    }

    /// Those before the phone's first own message, and those from it on.
    var early: [RadioFrame] { Array(frames.prefix { $0.direction == .toPhone }) }
    var sealed: [RadioFrame] { Array(frames.drop { $0.direction == .toPhone }) }

    func events() throws -> [BleEvent] {
      let token = MiToken(SecretBytes(token))
      var recording = try BleRecording(
        MemoryStream(log, name: "phone.btsnoop"), keys: KeyRing(tokens: [try #require(token)]))
      var events: [BleEvent] = []
      while let event = try recording.next() { events.append(event) }
      return events
    }
  }

  static func messages(_ events: [BleEvent]) -> [BleMessage] {
    events.compactMap { if case .message(let message) = $0 { message } else { nil } }
  }

  static func notes(_ events: [BleEvent]) -> [BleNote.Kind] {
    events.compactMap { if case .note(let note) = $0 { note.kind } else { nil } }
  }

  /// A frame from its address on, without the checksum.
  static func body(_ frame: RadioFrame) -> [UInt8] { Array(frame.frame[3..<(frame.frame.count - 2)]) }

  static func direction(_ frame: RadioFrame) -> BleDirection { frame.direction == .toPhone ? .toPhone : .toScooter }

  @Test(
    "every message is read back with its content, order, time and counter",
    arguments: ["displaydash", "phone", "two-dashes"], [20, 180])
  func roundTrip(_ name: String, valueSize: Int) throws {
    let ride = try Ride(name, settings: PhoneLogSettings(valueSize: valueSize))
    let events = try ride.events()
    let messages = Self.messages(events)
    #expect(Self.notes(events).contains(.loggedIn))
    #expect(ride.sealed.count > 400)

    let early = messages.prefix(ride.early.count)
    #expect(early.allSatisfy { $0.condition == .preSession })
    #expect(early.map(\.length) == ride.early.map { $0.frame[2] })
    let sealed = messages.dropFirst(ride.early.count)
    #expect(sealed.map(\.body) == ride.sealed.map(Self.body))
    #expect(sealed.map(\.direction) == ride.sealed.map(Self.direction))
    #expect(sealed.map(\.time) == ride.sealed.map { Scooter.epoch + $0.time / 1000 * 1000 })
    for direction in BleDirection.allCases {
      let counters = sealed.filter { $0.direction == direction }.compactMap(\.counter)
      let first: UInt32 = direction == .toScooter ? 0 : 1
      #expect(counters == counters.indices.map { first + UInt32($0) })
    }
  }

  @Test("the DisplayDash's replies come zero-filled before the login, and empty ones all along")
  func foreign() throws {
    let ride = try Ride("displaydash")
    #expect(ride.early.count > 3)
    #expect(ride.empties > 10)
    let notes = Self.notes(try ride.events())
    #expect(notes.contains { if case .emptyValues(ride.empties) = $0 { true } else { false } })
  }

  @Test(
    "who asked is told as it was, but for registers that both ask for at once", arguments: 1...3 as ClosedRange<UInt64>)
  func verdicts(_ seed: UInt64) throws {
    let ride = try Ride("displaydash", seed: seed, seconds: 120)
    let replies = Self.messages(try ride.events()).filter { $0.direction == .toPhone && $0.condition == .readable }
    let truth = ride.sealed.filter { $0.direction == .toPhone }
    #expect(replies.count == truth.count)
    let wrong = zip(replies, truth).count { $0.solicited != $1.solicited }
    #expect(Double(wrong) < 0.035 * Double(truth.count))
  }

  @Test("the phone's clock is off by what was asked for, and drifts")
  func clock() throws {
    var radio = PhoneRadio()
    radio.clockOffset = -3_600_000_000_123
    radio.clockDrift = 40
    let ride = try Ride("phone", radio: radio)
    let messages = Self.messages(try ride.events())
    #expect(messages.count == ride.frames.count)
    for (message, frame) in zip(messages, ride.frames) {
      let expected = Scooter.epoch + frame.time + radio.clockOffset + frame.time / 25_000
      #expect(abs(message.time - expected) <= 1001)
    }
  }

  @Test("notifications wait for connection events; the phone's own writes do not", arguments: [7_500_000, 50_000_000])
  func interval(_ interval: Int64) throws {
    var radio = PhoneRadio()
    radio.interval = interval
    let ride = try Ride("displaydash", radio: radio)
    let messages = Self.messages(try ride.events()).filter { $0.condition == .readable }
    for direction in BleDirection.allCases {
      let found = messages.filter { $0.direction == direction }
      let sent = ride.sealed.filter { Self.direction($0) == direction }
      #expect(found.map(\.body) == sent.map(Self.body))
      let delays = zip(found, sent).map { $0.time - Scooter.epoch - $1.time }
      if direction == .toScooter {
        #expect(delays.allSatisfy { $0 <= 0 && $0 > -1000 })
      } else {
        // Three fragments may need a second event.
        #expect(delays.allSatisfy { $0 >= 0 && $0 <= 3 * interval + 5_000_000 })
        #expect((delays.max() ?? 0) > interval * 3 / 4)
      }
    }
  }

  @Test("what the radio repeats comes late, and what gets lost is missing by its counter")
  func lossy() throws {
    var radio = PhoneRadio()
    radio.interval = 15_000_000
    radio.retransmissions = 0.2
    radio.loss = 0.02
    let ride = try Ride("displaydash", radio: radio)
    #expect(ride.lost > 10)
    let events = try ride.events()
    let messages = Self.messages(events)
    let readable = messages.filter { $0.direction == .toPhone && $0.condition == .readable }
    let sent = ride.sealed.filter { $0.direction == .toPhone }
    #expect(readable.count < sent.count)
    // Each that is there is the one that its counter says.
    for message in readable {
      let counter = try #require(message.counter)
      #expect(message.body == Self.body(sent[Int(counter) - 1]))
    }
    #expect(!messages.contains { $0.condition == .tampered })
  }

  @Test("the same scenario and seed give the same bytes, another seed another token")
  func deterministic() throws {
    var radio = PhoneRadio()
    radio.interval = 30_000_000
    radio.loss = 0.01
    let first = try Ride("displaydash", seconds: 10, radio: radio)
    let second = try Ride("displaydash", seconds: 10, radio: radio)
    #expect(first.log == second.log)
    let other = try Ride("displaydash", seed: 4, seconds: 10)
    #expect(first.token.count == 12)
    #expect(first.token != other.token)
  }

  @Test("a run that ends before the phone connects, or without a phone, leaves an empty log")
  func nothing() throws {
    for (name, seconds) in [("displaydash", 1), ("stock", 5)] as [(String, Int64)] {
      let ride = try Ride(name, seconds: seconds)
      #expect(!ride.log.isEmpty)
      #expect(Self.messages(try ride.events()).isEmpty)
    }
  }
}
