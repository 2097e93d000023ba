public import NinebotBus
public import UartSniffer

/// Gathers from attributed events what a diagnosis says of the wire. Memory does not grow with their number.
public struct DiagnosisBuilder: AttributedEventSink, Sendable {
  /// Who transmits, and how.
  public private(set) var senders = SenderTable()
  private var collisions = CollisionFinder()
  private let profile: Profile
  private let errorName: Label?
  private var wire = Diagnosis.Wire()
  private var first: Int64?
  private var last: Int64 = 0
  private var taps: [TapCount] = []
  private var errors: [Int: Int] = [:]
  private var phoneReads = LatencySample()
  private var written = WrittenValues()
  private var phoneReadsExcess = 0.0
  private var waits = InjectedWaits()
  /// The phone's last request of each kind.
  private var phoneRequests: [UInt16: (start: TimeBounds, end: TimeBounds)] = [:]

  /// What one tap showed.
  private struct TapCount: Sendable {
    var facts: Diagnosis.TapFacts
    /// Nanoseconds of its time in use that the injectors cost.
    var injected: Int64 = 0

    @inline(__always)
    mutating func count(_ row: AttributedEvent) {
      switch row.event.kind {
      case .garbage: facts.garbageBytes += Int(row.event.count)
      case .lineError: facts.lineErrors += 1
      case .frame where row.event.checksumHolds: facts.frames += 1
      case .frame: facts.badChecksums += 1
      }
    }
  }

  /// Nanoseconds before a request of the phone's, and after its end, in which injected traffic can delay its answer: the
  /// ESC answers at once unless something else keeps it busy.
  private static let nearBefore: Int64 = 5_000_000
  private static let nearAfter: Int64 = 2_000_000
  /// The same after a write of the phone: by then most requests are on the wire and their answers on the way.
  private static let nearWrite: Int64 = 50_000_000

  public init(profile: Profile) {
    self.profile = profile
    errorName = profile.fields.first { profile.string($0.name) == "error" }?.name
  }

  /// Makes room for taps that became known.
  public mutating func add(taps: [Tap]) {
    senders.add(taps: taps)
    collisions.add(taps: taps)
    for (index, tap) in taps.enumerated() {
      if index >= self.taps.count {
        self.taps.append(TapCount(facts: .init(name: tap.name, source: tap.detail, baud: tap.baud)))
      }
      self.taps[index].facts.baud = tap.baud
    }
  }

  public mutating func take(_ row: AttributedEvent, bytes: Span<UInt8>) {
    senders.push(row)
    collisions.push(row, bytes: bytes)
    let event = row.event
    if first == nil { first = event.start.middle }
    last = max(last, event.end.middle)
    waits.advance(to: event.start.middle)
    if collisions.hasSettled { for collision in collisions.take() { waits.note(collision) } }
    guard row.tap < taps.count else { return }
    taps[row.tap].count(row)
    if event.kind == .frame { wire.frames += 1 }
    guard event.checksumHolds, let reading = row.reading, let finding = row.finding else { return }
    note(row, reading, finding)
    if finding.sender.isForeign, Diagnosis.PolledRegister.Act(reading.act) == .write {
      written.note(reading, bytes, by: finding.sender, profile)
    }
    if reading.stockSender == .esc, !reading.act.isRequest { look(for: reading, bytes) }
  }

  private mutating func note(_ row: AttributedEvent, _ reading: FrameReading, _ finding: Finding) {
    let event = row.event
    let claim = Claim(reading)
    if claim.isHeartbeat { wire.heartbeats += 1 }
    if claim == .request {
      wire.requests += 1
      if finding.sender == .unknown { wire.undecidedRequests += 1 }
    }
    if finding.isStrange || claim.isDeviceAnswer && finding.sender == .unknown { wire.strangeFrames += 1 }
    if finding.injected > 0 {
      if let airTime = row.airTime { taps[row.tap].injected &+= Int64(finding.injected * Float(airTime)) }
      if finding.injected > 0.5 { waits.note(event.start.middle) }
    }
    let key = UInt16(reading.subject.rawValue) << 8 | UInt16(reading.argument)
    switch finding.cause {
    case .phone: phoneRequests[key] = (event.start, event.end)
    case .replyToPhone:
      if let asked = phoneRequests.removeValue(forKey: key) {
        note(answer: event.start, of: reading.subject, asked.start, asked.end)
      }
    default: break
    }
  }

  /// Takes an answer to the phone: as late as it can have been, since with an adapter's times middles would give nothing,
  /// or less.
  private mutating func note(answer: TimeBounds, of subject: Role, _ start: TimeBounds, _ end: TimeBounds) {
    let wait = max(0, answer.latest - end.earliest)
    phoneReads.add(wait)
    phoneReadsExcess += Double(answer.error + end.error)
    waits.add(
      subject == .esc ? .escRead : .batteryRead, wait,
      stretch: Self.stretch(start.middle &- Self.nearBefore, end.middle &+ Self.nearAfter))
  }

  /// Takes how long the phone waited for an answer of its own.
  public mutating func add(_ wait: Diagnosis.Chains.Wait) {
    waits.add(.write, wait.length, stretch: Self.stretch(wait.write, wait.write &+ Self.nearWrite))
  }

  /// In either order: times of a stranger's file may be anything.
  private static func stretch(_ one: Int64, _ other: Int64) -> ClosedRange<Int64> { min(one, other)...max(one, other) }

  /// Error codes that the ESC shows, in its display frames and in its status block (protocol.md 4.5).
  private mutating func look(for reading: FrameReading, _ bytes: Span<UInt8>) {
    guard let errorName else { return }
    var code: Int64 = 0
    profile.forEachField(of: reading, in: bytes) { field in
      if field.field.name == errorName { code = field.raw }
    }
    if code != 0, errors.count < 64 || errors[Int(code)] != nil { errors[Int(code), default: 0] += 1 }
  }

  // MARK: - Result

  /// What was found on the wire.
  ///
  /// - Parameters:
  ///   - signatures: known modules, for the hint what an injector looks like.
  ///   - exchanges: of the attributor, at the end.
  public func finish(signatures: [ModuleSignature], exchanges: ExchangeTotals) -> Diagnosis {
    var diagnosis = Diagnosis()
    diagnosis.wire = wireFacts(exchanges)
    diagnosis.phoneReads = phoneReads.latency
    diagnosis.phoneReadsExcess = Int64(phoneReadsExcess / Double(max(1, diagnosis.phoneReads.count)))
    var waits = waits
    waits.finish()
    diagnosis.addedToReads = [(.esc, waits.added(.escRead)), (.bms, waits.added(.batteryRead))]
    diagnosis.addedToWaits = waits.added(.write)
    diagnosis.injectors = injectors(signatures)
    diagnosis.confidence = diagnosis.injectors.map(\.confidence).max() ?? innocence
    return diagnosis
  }

  private func wireFacts(_ exchanges: ExchangeTotals) -> Diagnosis.Wire {
    var wire = wire
    var collisions = collisions
    collisions.finish()
    wire.collisions = collisions.count
    wire.duration = last - (first ?? last)
    // Of several wires the one that is in use most: a sum would be of none. A channel without a frame is no wire.
    let used = taps.indices.filter { taps[$0].facts.frames > 0 }.map { (tap: $0, use: senders.use(of: $0)) }
    if let busiest = used.max(by: { $0.use.load ?? -1 < $1.use.load ?? -1 }), let time = busiest.use.airTime {
      wire.load = busiest.use.load
      wire.loadWithoutInjectors = busiest.use.share(of: time - taps[busiest.tap].injected)
    }
    for tap in taps {
      wire.garbageBytes += tap.facts.garbageBytes
      wire.lineErrors += tap.facts.lineErrors
    }
    wire.badChecksums = badChecksums
    wire.taps = taps.map(\.facts)
    wire.unansweredRequests = exchanges.unanswered
    wire.escErrors = errors.sorted { $0.key < $1.key }.map { code, count in
      let name = profile.errors.first { $0.value == Int64(code) }.map { profile.string($0.name) } ?? "unknown"
      return (code, name, count)
    }
    return wire
  }

  private func injectors(_ signatures: [ModuleSignature]) -> [Diagnosis.Injector] {
    let dashes = Set(senders.senders.map(\.transmitter).filter(\.isForeign)).sorted()
    return dashes.compactMap { dash -> Diagnosis.Injector? in
      guard let row = senders.row(of: dash), accuses(row) else { return nil }
      let match = senders.looksLike(row, among: signatures).flatMap { $0.isFirm ? $0 : nil }
      // One frame can be wrong; that all of many are is far less likely.
      let doubt = 1 - min(0.9999, row.meanConfidence)
      return Diagnosis.Injector(
        sender: dash, looksLike: match?.description, requests: row.requests,
        requestsPerSecond: row.requestRate ?? 0, registers: registers(of: row),
        forgedFrames: row.believableForgeries, forgedAs: row.believableForgeries > 0 ? row.forgedAs.counted : [],
        first: row.first, last: row.last,
        confidence: 1 - doubt / Double(max(1, min(row.frames, 100))),
        poses: row.claims.counted.max { ($0.count, $1.role.rawValue) < ($1.count, $0.role.rawValue) }?.role,
        evidence: Diagnosis.Evidence(
          row, module: senders.senders.first { $0.transmitter == .ble && $0.tap == row.tap }))
    }
  }

  /// What it sets, then what it asks for, most often first; whichever command does it.
  func registers(of row: SenderStatistics) -> [Diagnosis.PolledRegister] {
    var registers: [Diagnosis.PolledRegister] = []
    for kind in row.kinds {
      let block = kind.block
      var register = Diagnosis.PolledRegister(
        subject: block.subject, register: block.register, act: .init(kind.reading.act), bytes: block.bytes,
        name: profile.string(kind.reading.register), requests: kind.count)
      if register.act == .write { register.written = written.last(of: row.transmitter, block.subject, block.register) }
      let same = registers.firstIndex {
        ($0.subject, $0.register, $0.act, $0.bytes) == (
          register.subject, register.register, register.act, register.bytes
        )
      }
      if let same { registers[same].requests += register.requests } else { registers.append(register) }
    }
    return registers.sorted { a, b in
      (a.act == .write) != (b.act == .write) ? a.act == .write : a.requests > b.requests
    }
  }

  /// Whether a device that was named did enough to be accused. Where much is spoiled and no timing is seen that tells
  /// devices apart, the rhythm misleads now and then: then a dash must have made a good part of the requests.
  private func accuses(_ row: SenderStatistics) -> Bool {
    guard row.requests + row.forged >= Self.leastFrames else { return false }
    let isSpoiled =
      badChecksums * 10 > wire.frames && row.pitch.isEmpty && row.bitClock.isEmpty
    return !isSpoiled || row.requests * 5 >= wire.requests
  }

  private var badChecksums: Int { taps.reduce(0) { $0 + $1.facts.badChecksums } }

  /// Fewer frames accuse nobody.
  private static let leastFrames = 5

  /// Requests of devices that were named and are not accused.
  private var doubtedRequests: Int {
    senders.senders.reduce(0) { $1.transmitter.isForeign && !accuses($1) ? $0 + $1.requests : $0 }
  }

  /// How sure it is that nothing injects: the longer heartbeats ran and the fewer requests stayed undecided, the surer.
  private var innocence: Double {
    guard wire.heartbeats > 0 || wire.frames > 0 else { return 0 }
    let seen = 1 - 1 / (1 + Double(max(wire.heartbeats, wire.frames)) / 10)
    // One strange frame may be a disturbed one.
    let strange = 1 / (1 + Double(max(0, wire.strangeFrames - 1)) / 2)
    let undecided = Double(wire.undecidedRequests + doubtedRequests) / Double(max(wire.requests, 1))
    return min(0.999, seen) * strange * max(0, 1 - undecided)
  }
}

extension FrameReading.Act {
  /// Whether it asks or sets something.
  public var isRequest: Bool {
    switch self {
    case .readRequest, .write, .quietWrite, .request: true
    default: false
    }
  }
}
