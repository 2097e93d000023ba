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
    var notes: [String]
    /// Unix nanoseconds of time 0; 0 where it is not known.
    var origin: Int64
  }

  let profile: Profile
  let signatures: [ModuleSignature]
  let pause: Int64
  let links: [Link]
  /// Whether items for pictures are wanted.
  let wantsItems: Bool

  /// One recording of the bus, to its end.
  func recorded(_ source: any RecordedSource, phone: PhoneLog?) throws -> Result {
    var source = source
    var feed = feed(.recorded, phone)
    var notes: [String] = []
    do throws(InputError) {
      while let chunk = try source.next() {
        feed.name(taps: source.taps, origin: source.origin)
        feed.push(chunk)
      }
    } catch {
      // What was readable is diagnosed; the defect is told with it.
      notes.append(error.description)
    }
    feed.name(taps: source.taps, origin: source.origin)
    return finish(feed, phone, notes + source.warnings.map(\.description))
  }

  /// Ports, until a signal or the end of the time.
  func live(_ inputs: LiveInputs, duration: Int64?, phone: PhoneLog?) throws -> Result {
    let signals = try SignalWatch.start()
    var feed = feed(.live, phone)
    feed.name(taps: inputs.sources.map(\.tap), origin: inputs.clock.unix)
    var loop = LiveLoop(inputs.sources, clock: inputs.clock, duration: duration, endsWithPort: inputs.isSimulated)
    defer { inputs.stop() }
    try loop.run(into: &feed, signals: signals)
    return finish(feed, phone, inputs.notes)
  }

  /// The phone's log alone.
  func alone(_ phone: PhoneLog) -> Result {
    var diagnosis = Diagnosis()
    diagnosis.notifications = phone.counts
    diagnosis.confidence = phone.counts.unsolicited > 0 ? 0.95 : 0.5
    diagnosis.writeWords()
    return Result(
      diagnosis: diagnosis, senders: SenderTable(), items: [], leftOut: phone.leftOut, notes: phone.notes, origin: 0)
  }

  private func feed(_ patience: Attributor.Patience, _ phone: PhoneLog?) -> DiagnoseFeed {
    DiagnoseFeed(
      attributor: Attributor(profile: profile, patience: patience, links: links), pause: pause,
      sink: DiagnoseSink(
        builder: DiagnosisBuilder(profile: profile), alignment: phone == nil ? nil : AlignmentStream(),
        timeline: wantsItems ? TimelineCollector(profile: profile) : nil, answers: phone == nil ? nil : AnswerLog()))
  }

  private func finish(_ feed: consuming DiagnoseFeed, _ phone: PhoneLog?, _ notes: [String]) -> Result {
    let (sink, exchanges) = feed.finish()
    var diagnosis = sink.builder.finish(signatures: signatures, exchanges: exchanges)
    var timeline = sink.timeline
    var answers = sink.answers ?? AnswerLog()
    if let phone, let bus = sink.alignment {
      join(phone, bus, sink.origin, &diagnosis, &answers, &timeline)
    }
    diagnosis.writeWords()
    let leftOut = (timeline?.leftOut ?? 0) + (phone?.leftOut ?? 0)
    return Result(
      diagnosis: diagnosis, senders: sink.builder.senders, items: timeline?.finish() ?? [], leftOut: leftOut,
      notes: notes + (phone?.notes ?? []), origin: sink.origin)
  }

  /// Puts the phone's messages on the bus's clock and finds the cause of each.
  private func join(
    _ phone: PhoneLog, _ bus: AlignmentStream, _ origin: Int64, _ diagnosis: inout Diagnosis,
    _ answers: inout AnswerLog, _ timeline: inout TimelineCollector?
  ) {
    diagnosis.notifications = phone.counts
    guard phone.hasTimes else {
      diagnosis.alignment = .refused("the phone's log has no times")
      return
    }
    switch ClockAligner.align(bus: bus, ble: phone.alignment) {
    case .refused(let reason): diagnosis.alignment = .refused(reason.description)
    case .aligned(let clocks):
      diagnosis.alignment = .found(
        offset: clocks.offsetSeconds, drift: clocks.driftPPM, bound: clocks.boundSeconds, pairs: clocks.pairs)
      diagnosis.notifications = causes(of: phone, clocks, origin, &answers, &timeline)
    }
  }

  private func causes(
    of phone: PhoneLog, _ clocks: AlignedClocks, _ origin: Int64, _ answers: inout AnswerLog,
    _ timeline: inout TimelineCollector?
  ) -> Diagnosis.Notifications {
    var counts = phone.counts
    counts.unsolicited = 0
    var causedBy: [Transmitter: Int] = [:]
    for message in phone.messages {
      let time = clocks.busTime(ofBle: message.time)
      var answer: AnswerLog.Answer?
      if message.direction == .toPhone, let event = PhoneLog.alignmentEvent(message) {
        answer = answers.take(event, at: time)
      }
      var solicited = message.solicited
      // The wire knows better whose request it was.
      switch answer?.cause {
      case .replyToPhone: solicited = true
      case .reply(let asker):
        solicited = false
        causedBy[asker, default: 0] += 1
      default: if solicited == false { causedBy[.unknown, default: 0] += 1 }
      }
      if message.direction == .toPhone, solicited == false { counts.unsolicited += 1 }
      timeline?.add(
        message, at: time.middle - origin, causedBy: answer?.item, cause: answer?.cause ?? .unknown,
        solicited: message.direction == .toPhone ? solicited : nil)
    }
    counts.causedBy = causedBy.sorted { $0.value > $1.value }.map { ($0.key, $0.value) }
    return counts
  }
}
