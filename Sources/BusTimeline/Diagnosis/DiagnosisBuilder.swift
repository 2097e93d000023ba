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
  /// For how much of its time each tap was in use, nanoseconds of that which the injectors cost, and its sound frames.
  private var uses: [(all: LineUse, injected: Int64, frames: Int)] = []
  private var errors: [Int: Int] = [:]
  private var phoneReads = LatencySample()
  private var written = WrittenValues()
  /// End of the phone's last request of each kind.
  private var phoneRequests: [UInt16: Int64] = [:]

  public init(profile: Profile) {
    self.profile = profile
    errorName = profile.fields.first { profile.string($0.name) == "error" }?.name
  }

  /// Makes room for taps that became known.
  public mutating func add(taps: [Tap]) {
    senders.add(taps: taps)
    collisions.add(taps: taps)
    uses += taps.dropFirst(uses.count).map { _ in (LineUse(), 0, 0) }
  }

  public mutating func take(_ row: AttributedEvent, bytes: Span<UInt8>) {
    senders.push(row)
    collisions.push(row, bytes: bytes)
    let event = row.event
    if first == nil { first = event.start.middle }
    last = max(last, event.end.middle)
    if row.tap < uses.count { uses[row.tap].all.add(event, airTime: row.airTime) }
    switch event.kind {
    case .garbage: wire.garbageBytes += Int(event.count)
    case .lineError: wire.lineErrors += 1
    case .frame:
      wire.frames += 1
      if !event.checksumHolds { wire.badChecksums += 1 }
    }
    guard event.checksumHolds, let reading = row.reading, let finding = row.finding else { return }
    if row.tap < uses.count { uses[row.tap].frames += 1 }
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
    } else if finding.isStrange {
      wire.strangeFrames += 1
    }
    if finding.injected > 0, row.tap < uses.count, let airTime = row.airTime {
      uses[row.tap].injected &+= Int64(finding.injected * Float(airTime))
    }
    let key = UInt16(reading.subject.rawValue) << 8 | UInt16(reading.argument)
    switch finding.cause {
    case .phone: phoneRequests[key] = event.end.earliest
    case .replyToPhone:
      // As long as it can have been: with an adapter's times, middles would give nothing, or less.
      if let asked = phoneRequests.removeValue(forKey: key) { phoneReads.add(max(0, event.start.latest - asked)) }
    default: break
    }
  }

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
    if let busiest = uses.filter({ $0.frames > 0 }).max(by: { $0.all.load ?? -1 < $1.all.load ?? -1 }),
      let time = busiest.all.airTime
    {
      wire.load = busiest.all.load
      wire.loadWithoutInjectors = busiest.all.share(of: time - busiest.injected)
    }
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
      guard let row = senders.row(of: dash) else { return nil }
      // One frame can be wrong; that all of many are is far less likely.
      let doubt = 1 - min(0.9999, row.meanConfidence)
      return Diagnosis.Injector(
        sender: dash, looksLike: senders.looksLike(row, among: signatures)?.description, requests: row.requests,
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
  private func registers(of row: SenderStatistics) -> [Diagnosis.PolledRegister] {
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

  /// How sure it is that nothing injects: the longer heartbeats ran and the fewer requests stayed undecided, the surer.
  private var innocence: Double {
    guard wire.heartbeats > 0 || wire.frames > 0 else { return 0 }
    let seen = 1 - 1 / (1 + Double(max(wire.heartbeats, wire.frames)) / 10)
    // One strange frame may be a disturbed one.
    let strange = 1 / (1 + Double(max(0, wire.strangeFrames - 1)) / 2)
    return min(0.999, seen) * strange * (1 - Double(wire.undecidedRequests) / Double(max(wire.requests, 1)))
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
