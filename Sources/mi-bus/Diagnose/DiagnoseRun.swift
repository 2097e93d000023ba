import BleSide
import BusPrinter
import BusTimeline
import CaptureFiles
import Glibc
import NinebotBus
import UartSniffer

/// Bus and phone brought together: the facts that a diagnosis and a time line are made of.
struct DiagnoseRun {
  /// What came out.
  struct Result {
    var diagnosis: Diagnosis
    var senders: SenderTable
    var items: [TimelineItem]
    var leftOut: Int
    /// From the first to the last that was seen, nanoseconds, whatever of it is in `items`.
    var seen: ClosedRange<Int64>?
    var notes: [String]
    /// What ended the reading before the end of an input. The diagnosis is about what was readable.
    var defects: [InputError] = []
    /// The bus's.
    var taps: [Tap] = []
    /// Unix nanoseconds of time 0, where it is known.
    var origin: Int64?
  }

  let profile: Profile
  let signatures: [ModuleSignature]
  let pause: Int64
  let links: [Link]
  /// Of which time items for pictures are wanted, nanoseconds; nil where none are.
  let pictured: Range<Int64>?

  /// A recording of the bus, to its end. With a phone's log it is read twice: for its clock, then for the causes.
  ///
  /// - Parameters:
  ///   - open: opens the recording anew; where a sample will do, it says of which size.
  ///   - isInterrupted: whether a signal ended it, which is no defect.
  func recorded(
    _ open: (Sampling?) throws -> any RecordedSource, phone reading: PhoneLogReading?,
    isInterrupted: () -> Bool = { false }
  ) throws -> Result {
    var alignment = Diagnosis.Alignment.none
    var joined: Joined?
    if let reading { (alignment, joined) = try align(open, reading) }
    var outcome = RecordedDiagnosis(
      try open(nil), attributor(.recorded, joined?.requests), pause: pause, sink: sink(joined?.causes)
    ).run()
    // What was readable is diagnosed, and the defect is told with it; of nothing there is no verdict.
    if outcome.defect != nil, isInterrupted() { outcome.defect = nil }
    if outcome.isEmpty, let defect = outcome.defect { throw defect }
    var result = finish(
      outcome.sink, outcome.exchanges, reading?.log(), alignment, [outcome.defect].compactMap { $0 },
      outcome.source.warnings.map(\.description))
    (result.taps, result.origin) = (outcome.source.taps, outcome.source.origin)
    return result
  }

  /// Ports, until a signal or the end of the time.
  func live(_ inputs: LiveInputs, duration: Int64?) throws -> Result {
    let signals = try SignalWatch.start()
    var diagnosis = LiveDiagnosis(
      attributor(.live, nil), taps: inputs.sources.map(\.tap), pause: pause, sink: sink(nil))
    var loop = LiveLoop(inputs.sources, clock: inputs.clock, duration: duration, endsWithPort: inputs.isSimulated)
    defer { inputs.stop() }
    try loop.run(into: &diagnosis, signals: signals)
    let (sink, exchanges) = diagnosis.finish()
    var result = finish(sink, exchanges, nil, .none, loop.failures, inputs.notes)
    (result.taps, result.origin) = (inputs.sources.map(\.tap), inputs.clock.unix)
    return result
  }

  /// The phone's log alone.
  func alone(_ phone: PhoneLog) -> Result {
    var diagnosis = Diagnosis()
    diagnosis.notifications = phone.counts
    // What a module keeps to itself the phone does not see.
    diagnosis.confidence = diagnosis.injects ? 0.95 : 0.5
    diagnosis.writeWords()
    if let defect = phone.defect { diagnosis.remarks.append(Self.words(defect)) }
    var timeline = phone.hasTimes ? collector : nil
    let first = phone.messages.first?.time ?? 0
    for message in phone.messages { timeline?.add(message, at: message.time &- first) }
    return Result(
      diagnosis: diagnosis, senders: SenderTable(), items: timeline?.finish() ?? [],
      leftOut: (timeline?.leftOut ?? 0) + phone.leftOut, notes: phone.notes,
      defects: [phone.defect].compactMap { $0 })
  }

  // MARK: - Bus and phone on one clock

  /// A phone's log whose clock is known.
  private struct Joined {
    var causes: NotificationCauses
    /// Nil where the phone's writes cannot be read.
    var requests: PhoneRequests?
  }

  private func align(
    _ open: PhoneClockSearch.Opener, _ reading: PhoneLogReading
  ) throws -> (Diagnosis.Alignment, Joined?) {
    guard reading.hasTimes else { return (.refused("the phone's log has no times"), nil) }
    let search = PhoneClockSearch(pause: pause)
    // Read while the phone's log is.
    let sample = try search.read(open)
    let messages = reading.messages()
    let outcome = try search.run(messages, first: sample, open)
    switch outcome.alignment {
    case .refused(let reason): return (.refused("\(reason)\(outcome.part)"), nil)
    case .aligned(let clocks):
      let joined = Joined(
        causes: NotificationCauses(messages, clocks: clocks, origin: outcome.origin),
        requests: requests(messages, clocks, outcome.origin))
      return (.found(Diagnosis.PhoneClock(clocks, origin: outcome.origin)), joined)
    }
  }

  private func requests(_ messages: PackedMessages, _ clocks: AlignedClocks, _ origin: Int64) -> PhoneRequests? {
    // Requests that cannot be read would look like requests that the phone did not make.
    guard messages.areReadable(.toScooter) else { return nil }
    return PhoneRequests(log: messages, profile: profile, clocks: clocks, origin: origin)
  }

  private func attributor(_ patience: Attributor.Patience, _ phone: PhoneRequests?) -> Attributor {
    var attributor = Attributor(profile: profile, patience: patience, links: links)
    if let phone { attributor.set(phone: phone) }
    return attributor
  }

  private func sink(_ causes: NotificationCauses?) -> DiagnoseSink {
    DiagnoseSink(builder: DiagnosisBuilder(profile: profile), timeline: collector, causes: causes)
  }

  private var collector: TimelineCollector? { pictured.map { TimelineCollector(profile: profile, range: $0) } }

  private func finish(
    _ sink: DiagnoseSink, _ exchanges: ExchangeTotals, _ phone: PhoneLog?,
    _ alignment: Diagnosis.Alignment, _ defects: [InputError], _ notes: [String]
  ) -> Result {
    let defects = defects + [phone?.defect].compactMap { $0 }
    var diagnosis = sink.builder.finish(signatures: signatures, exchanges: exchanges)
    var timeline = sink.timeline
    diagnosis.alignment = alignment
    diagnosis.notifications = phone.map { phone in
      sink.causes?.counts(of: phone) ?? phone.counts(beside: diagnosis.injectors, profile)
    }
    diagnosis.chains = sink.causes?.chains ?? Diagnosis.Chains()
    diagnosis.writeWords()
    diagnosis.remarks += defects.map(Self.words)
    return Result(
      diagnosis: diagnosis, senders: sink.builder.senders, items: timeline?.finish() ?? [],
      leftOut: (timeline?.leftOut ?? 0) + (phone?.leftOut ?? 0), seen: timeline?.seen,
      notes: notes + (phone?.notes ?? []),
      defects: defects)
  }

  /// For reports: the message on standard error does not go with them.
  private static func words(_ defect: InputError) -> String {
    "Only a part could be read, and this is about that part alone: \(defect)."
  }
}
