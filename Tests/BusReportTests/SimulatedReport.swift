import BusReport
import BusTimeline
import CaptureFiles
import NinebotBus
import ScooterProfiles
import ScooterSim

/// A report on a simulated scooter, with what really happened in the place of findings.
struct SimulatedReport {
  var items: [TimelineItem] = []
  var diagnosis = Diagnosis()
  var senders: [SenderRow] = []

  private let profile: Profile
  /// The last wire item with these bytes.
  private var lastOfBytes: [[UInt8]: Int] = [:]
  /// The last request on the wire of each party.
  private var lastOf: [Party: Int] = [:]
  private var counts: [Transmitter: (frames: Int, busy: Int64, names: [String: Int])] = [:]
  private var asked: [Transmitter: [Diagnosis.PolledRegister: Int]] = [:]
  private var unasked: [Transmitter: Int] = [:]
  private var lastWrite: Int?

  init(_ name: String, seconds: Int64, seed: UInt64 = 1) throws {
    profile = try ProfileLibrary(folder: "").profile("pro2")
    var scooter = Scooter(try .named(name, seed: seed))
    while let occurrence = scooter.next(until: seconds * 1_000_000_000) {
      switch occurrence {
      case .noise: continue
      case .transmission(let transmission) where transmission.line == .escBle: take(transmission.truth)
      case .transmission: continue
      case .radio(let frame): take(frame)
      }
    }
    conclude(seconds: seconds)
  }

  /// The page as bytes.
  func page(title: String = "displaydash.pcapng", limit: Int = TimelineSample.defaultLimit) throws -> [UInt8] {
    var sink = MemorySink()
    let sample = TimelineSample(items, limit: limit)
    try HtmlReport(
      title: title, phoneTitle: diagnosis.notifications == nil ? nil : "phone.btsnoop", diagnosis: diagnosis,
      senders: senders, sample: sample
    ).write(into: &sink)
    return sink.bytes
  }

  private mutating func take(_ truth: GroundTruth) {
    let sender = Transmitter(truth.sender)
    let cause = BusTimeline.Cause(truth.cause)
    let reading = profile.read(truth.frame.span)
    var parent: Int?
    if case .reply(let asker) = truth.cause { parent = lastOf[asker] }
    if truth.cause == .phone { parent = lastWrite }
    let item = TimelineItem(
      lane: .wire(sender), kind: truth.collided ? .damage : .frame, start: truth.start,
      duration: truth.end - truth.start, label: label(truth.frame, reading, cut: truth.collided), bytes: truth.frame,
      cause: cause, confidence: 0.999,
      evidence: "role +3.2, rhythm +\(truth.start % 7).\(truth.start % 10), pitch +5.1 against ble", causedBy: parent)
    switch truth.cause {
    case .phone: lastOf[.phone] = items.count
    case .own: if case .dash = truth.sender { lastOf[truth.sender] = items.count }
    default: lastOfBytes[truth.frame] = items.count
    }
    items.append(item)
    var row = counts[sender] ?? (0, 0, [:])
    row.frames += 1
    row.busy += item.duration
    if let reading { row.names[name(reading), default: 0] += 1 }
    counts[sender] = row
    guard sender.isForeign, let reading, reading.act == .readRequest else { return }
    let register = Diagnosis.PolledRegister(
      subject: reading.subject, register: reading.argument, bytes: reading.asked,
      name: profile.string(reading.register),
      requests: 0)
    asked[sender, default: [:]][register, default: 0] += 1
  }

  private mutating func take(_ frame: RadioFrame) {
    let reading = profile.read(frame.frame.span, on: .phoneBle)
    let parent = frame.direction == .toPhone ? lastOfBytes[frame.frame] : nil
    if frame.direction == .toScooter { lastWrite = items.count }
    if frame.direction == .toPhone, !frame.solicited, let parent, case .reply(let asker) = items[parent].cause {
      unasked[asker, default: 0] += 1
    }
    var notifications = diagnosis.notifications ?? Diagnosis.Notifications()
    if frame.direction == .toPhone {
      notifications.total += 1
      if !frame.solicited { notifications.unsolicited += 1 }
    }
    diagnosis.notifications = notifications
    items.append(
      TimelineItem(
        lane: .phone, kind: frame.direction == .toPhone ? .notification : .phoneWrite, start: frame.time, duration: 0,
        label: frame.frame.isEmpty ? "empty message" : label(frame.frame, reading, cut: false), bytes: frame.frame,
        causedBy: parent, solicited: frame.direction == .toPhone ? frame.solicited : nil))
  }

  private func name(_ reading: FrameReading) -> String {
    let name = profile.string(reading.name)
    let register = profile.string(reading.register)
    return register.isEmpty ? name : "\(name) \(register)"
  }

  private func label(_ frame: [UInt8], _ reading: FrameReading?, cut: Bool) -> String {
    guard let reading else { return "unknown" }
    guard !cut else { return "collision: \(name(reading)) and another" }
    var text = name(reading)
    profile.forEachField(of: reading, in: frame.span) { field in
      if field.field.isNumeric { text += " \(profile.string(field.field.name))=\(field.raw)" }
    }
    return text
  }

  private mutating func conclude(seconds: Int64) {
    let duration = seconds * 1_000_000_000
    var wire = Diagnosis.Wire()
    wire.duration = duration
    wire.frames = items.count { $0.kind == .frame && $0.lane != .phone }
    wire.collisions = items.count { $0.kind == .damage } / 2
    wire.badChecksums = items.count { $0.kind == .damage }
    wire.load = Double(counts.values.reduce(0) { $0 + $1.busy }) / Double(duration)
    let foreign = items.filter { item in
      if case .wire(let sender) = item.lane, sender.isForeign { return true }
      if case .reply(let asker) = item.cause { return asker.isForeign }
      return false
    }
    wire.loadWithoutInjectors = (wire.load ?? 0) - Double(foreign.reduce(0) { $0 + $1.duration }) / Double(duration)
    diagnosis.wire = wire
    diagnosis.confidence = 0.9992
    senders = counts.sorted { $0.key < $1.key }.map { sender, row in
      SenderRow(
        sender: sender, frames: row.frames, share: Double(row.busy) / Double(duration),
        bitClock: sender == .esc ? -12_000 : sender == .ble ? -1_700 : 180,
        pitch: sender == .esc ? 195_000 : sender == .ble ? 94_300 : 86_800,
        messages: row.names.sorted { $0.value > $1.value }.map {
          SenderRow.Message(
            subject: .esc, number: nil, name: $0.key, count: $0.value, rate: Double($0.value) / Double(seconds))
        })
    }
    for (sender, registers) in asked.sorted(by: { $0.key < $1.key }) {
      let requests = registers.values.reduce(0, +)
      diagnosis.injectors.append(
        Diagnosis.Injector(
          sender: sender, looksLike: "a DisplayDash", requests: requests,
          requestsPerSecond: Double(requests) / Double(seconds),
          registers: registers.map { register, count in
            var register = register
            register.requests = count
            return register
          }.sorted { $0.register < $1.register }, first: 0, last: duration, confidence: 0.9998))
    }
    if diagnosis.notifications != nil {
      diagnosis.alignment = .found(
        .init(
          first: Diagnosis.Offset(time: 0, offset: -0.3271, bound: 0.0041),
          best: Diagnosis.Offset(time: 30, offset: -0.3267, bound: 0.0021),
          drift: ClockDrift(rate: 12.4, bound: 3.1), pairs: 512))
      diagnosis.phoneReads.count = 400
      diagnosis.phoneReads.median = 4_100_000
      diagnosis.phoneReads.p95 = 19_300_000
      diagnosis.notifications?.causedBy = unasked.map { ($0.key, $0.value) }
    }
    speak()
  }

  private mutating func speak() {
    guard let injector = diagnosis.injectors.first, let told = diagnosis.notifications else {
      diagnosis.verdict = [
        "Nothing injects: every frame on the wire comes from the scooter's own parts.",
        "Every message that the phone received is an answer to a question of its own.",
      ]
      return
    }
    let rate = (injector.requestsPerSecond * 10).rounded() / 10
    diagnosis.verdict = [
      "\(injector.sender.name), which looks like a DisplayDash, asks the ESC and BMS \(rate) times a second with the "
        + "BLE module's addresses.",
      "The phone received \(told.total) messages, \(told.unsolicited) unsolicited, all answers to "
        + "\(injector.sender.name). A client that takes the first reply hangs.",
    ]
    diagnosis.remarks = ["The module causes one collision in 90 of its requests.", "No error code was on the display."]
    diagnosis.advice = [
      "Unplug \(injector.sender.name) and record again: the unasked messages must be gone.",
      "In the client: take an answer only if address, command, register and length are those of the question, and drop "
        + "empty messages.",
    ]
  }
}

extension Transmitter {
  fileprivate init(_ party: Party) {
    switch party {
    case .esc: self = .esc
    case .ble: self = .ble
    case .bms: self = .bms
    case .dash(let number): self = .dash(UInt8(number))
    case .phone: self = .unknown
    }
  }
}

extension BusTimeline.Cause {
  fileprivate init(_ cause: ScooterSim.Cause) {
    switch cause {
    case .own: self = .own
    case .phone: self = .phone
    case .relay: self = .unknown
    case .reply(.phone): self = .replyToPhone
    case .reply(let party): self = .reply(to: Transmitter(party))
    }
  }
}
