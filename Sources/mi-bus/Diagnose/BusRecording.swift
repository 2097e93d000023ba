import BusTimeline
import CaptureFiles
import UartSniffer

/// The recording of the bus that a diagnosis is made from. It is read once, or twice where the phone's clock has to be
/// found first.
struct BusRecording {
  let specs: [SourceSpec]
  let input: InputOptions

  /// Reads it to its end, or to a signal where it comes through standard input.
  func diagnosed(by run: DiagnoseRun, phone: PhoneLogReading?) throws -> DiagnoseRun.Result {
    var result = try read(run, phone)
    if let hint = input.hintWithoutFrames, let wire = result.diagnosis.wire, wire.frames <= wire.badChecksums {
      result.notes.append(hint)
    }
    if specs.count > 1 { result.notes += Self.withoutFrames(result.diagnosis.wire?.taps ?? []) }
    return result
  }

  /// What files of several hold no sound frame, though others do: what is in no known format passes for bytes of a bus.
  private static func withoutFrames(_ taps: [Diagnosis.TapFacts]) -> [String] {
    func file(_ tap: Diagnosis.TapFacts) -> Substring { tap.source.split(separator: ", channel ").first ?? "" }
    let read = Set(taps.filter { $0.frames > 0 }.map(file))
    guard !read.isEmpty else { return [] }
    return Set(taps.map(file)).subtracting(read).filter { !$0.isEmpty }.sorted().map {
      "\($0) holds no frame that could be read; was it meant to be the phone's log?"
    }
  }

  private func read(_ run: DiagnoseRun, _ phone: PhoneLogReading?) throws -> DiagnoseRun.Result {
    var opener = SourceOpener(input: input)
    if phone != nil, let once = specs.first(where: { !$0.canBeReadTwice }) {
      throw InputError(
        once.text, "cannot be read twice, and with the phone's log the bus is: once for its clock, once for the causes",
        remedy: "save it to a file first, and give that")
    }
    guard specs.contains(where: { $0.place == .standardInput }) else {
      let clocks = try RecordingClocks(specs, opener: opener, pause: input.pauseTime)
      try clocks.refuseDoubles()
      var result = try run.recorded(
        { try self.opener($0).recorded(specs, corrections: clocks.corrections) }, phone: phone)
      result.notes += clocks.notes
      result.diagnosis.recordingClocks = clocks.findings
      return result
    }
    let signals = try SignalWatch.start()
    let descriptor = signals.descriptor
    opener.standardInput = StandardInput(signals: descriptor)
    return try run.recorded({ _ in try opener.recorded(specs) }, phone: phone) { SignalWatch.hasCome(descriptor) }
  }

  /// Samples of several recordings would not be of the same time. Where it is read to its end, that is a step by itself.
  private func opener(_ sampling: Sampling?) -> SourceOpener {
    SourceOpener(input: input, sampling: specs.count == 1 ? sampling : nil, readsAhead: sampling != nil)
  }
}
