public import BusTimeline
import NinebotBus

/// Writes a diagnosis: the verdict in plain words on top, or one JSON object of kind `verdict`.
public struct DiagnosisWriter: Sendable {
  private let diagnosis: Diagnosis
  private let style: Style

  public init(_ diagnosis: Diagnosis, style: Style) {
    self.diagnosis = diagnosis
    self.style = style
  }

  // MARK: - Text

  public func text(to out: inout TextBuffer) {
    let part: Style.Part = diagnosis.outcome == .clean ? .bms : .alarm
    for sentence in diagnosis.verdict {
      style.begin(part, &out)
      out.append(string: sentence)
      style.end(part, &out)
      out.append(UInt8(ascii: "\n"))
    }
    list("\nWhat else was found", diagnosis.remarks, &out)
    for injector in diagnosis.injectors { InjectorWriter(injector: injector).text(to: &out) }
    list("\nWhat to do", diagnosis.advice, &out)
  }

  private func list(_ title: String, _ lines: [String], _ out: inout TextBuffer) {
    guard !lines.isEmpty else { return }
    out.append(string: "\(title)\n")
    for line in lines { out.append(string: "  - \(line)\n") }
  }

  // MARK: - JSON

  /// - Parameters:
  ///   - defects: what ended the reading of an input before its end, a sentence each.
  ///   - notes: what else is worth knowing of the inputs.
  ///   - out: takes the object, in a line of its own.
  public func json(defects: [String] = [], notes: [String] = [], to out: inout TextBuffer) {
    let injects = diagnosis.outcome == .undecided ? "null" : "\(diagnosis.injects)"
    out.append(string: "{\"kind\":\"verdict\",\"schema\":1,\"injects\":\(injects),\"confidence\":")
    out.append(fixed: Int64(diagnosis.confidence * 1_000_000), decimals: 6)
    out.append(",\"verdict\":")
    strings(diagnosis.verdict, &out)
    out.append(",\"injectors\":[")
    for (index, injector) in diagnosis.injectors.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      InjectorWriter(injector: injector).json(to: &out)
    }
    out.append(UInt8(ascii: "]"))
    if let notifications = diagnosis.notifications { json(notifications, &out) }
    alignment(&out)
    recordingClocks(&out)
    if let wire = diagnosis.wire { json(wire, &out) }
    LatencyWriter(diagnosis: diagnosis).json(to: &out)
    out.append(",\"remarks\":")
    strings(diagnosis.remarks, &out)
    out.append(",\"advice\":")
    strings(diagnosis.advice, &out)
    if !defects.isEmpty {
      out.append(",\"defects\":")
      strings(defects, &out)
    }
    if !notes.isEmpty {
      out.append(",\"notes\":")
      strings(notes, &out)
    }
    out.append("}\n")
  }

  private func json(_ notifications: Diagnosis.Notifications, _ out: inout TextBuffer) {
    out.append(
      string: ",\"notifications\":{\"total\":\(notifications.total),\"unsolicited\":\(notifications.unsolicited),")
    if notifications.beyond > 0 { out.append(string: "\"beyond\":\(notifications.beyond),") }
    if notifications.outside > 0 { out.append(string: "\"outside\":\(notifications.outside),") }
    out.append(string: "\"undecided\":\(notifications.undecided),\"unreadable\":\(notifications.unreadable),\"ring\":")
    strings(notifications.ring, &out)
    out.append(string: ",\"pre_session\":\(notifications.preSession),\"caused_by\":{")
    for (index, cause) in notifications.causedBy.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      out.append(string: "\"\(cause.sender.name)\":\(cause.count)")
    }
    out.append("}}")
  }

  private func alignment(_ out: inout TextBuffer) {
    switch diagnosis.alignment {
    case .none: return
    case .refused(let reason):
      out.append(",\"alignment\":{\"refused\":")
      out.append(quoted: reason)
    case .found(let clock):
      out.append(",\"alignment\":{")
      offset(clock.first, &out)
      drift(clock.drift, &out)
      out.append(",\"best\":")
      moment(clock.best, &out)
      if !clock.settings.isEmpty {
        out.append(",\"set\":[")
        for (index, setting) in clock.settings.enumerated() {
          if index > 0 { out.append(UInt8(ascii: ",")) }
          moment(setting, &out)
        }
        out.append(UInt8(ascii: "]"))
      }
      out.append(string: ",\"pairs\":\(clock.pairs),\"residuals\":{")
      var isFirst = true
      for (name, residuals) in [("replies", clock.replies), ("requests", clock.requests)] {
        guard let residuals else { continue }
        out.append(string: "\(isFirst ? "" : ",")\"\(name)\":{\"median_s\":")
        out.append(fixed: Int64(residuals.median * 1e9), decimals: 9)
        out.append(",\"p95_s\":")
        out.append(fixed: Int64(residuals.p95 * 1e9), decimals: 9)
        out.append(UInt8(ascii: "}"))
        isFirst = false
      }
      out.append(UInt8(ascii: "}"))
    }
    out.append(UInt8(ascii: "}"))
  }

  private func recordingClocks(_ out: inout TextBuffer) {
    guard !diagnosis.recordingClocks.isEmpty else { return }
    out.append(",\"recording_clocks\":[")
    for (index, clock) in diagnosis.recordingClocks.enumerated() {
      out.append(index == 0 ? "{\"source\":" : ",{\"source\":")
      out.append(quoted: clock.name)
      switch clock.difference {
      case .failure(let reason):
        out.append(",\"refused\":")
        out.append(quoted: reason.description)
      case .success(let found):
        out.append(UInt8(ascii: ","))
        offset(found.lead, &out)
        drift(found.drift, &out)
        out.append(string: ",\"pairs\":\(found.pairs),\"agrees\":\(found.agrees)")
      }
      out.append(UInt8(ascii: "}"))
    }
    out.append(UInt8(ascii: "]"))
  }

  private func offset(_ offset: Diagnosis.Offset, _ out: inout TextBuffer) {
    out.append("\"offset_s\":")
    out.append(fixed: Int64(offset.offset * 1e9), decimals: 9)
    out.append(",\"bound_s\":")
    out.append(fixed: Int64(offset.bound * 1e9), decimals: 9)
  }

  private func moment(_ moment: Diagnosis.Offset, _ out: inout TextBuffer) {
    out.append("{\"t\":")
    out.append(fixed: Int64(moment.time * 1e9), decimals: 9)
    out.append(UInt8(ascii: ","))
    offset(moment, &out)
    out.append(UInt8(ascii: "}"))
  }

  private func drift(_ drift: ClockDrift, _ out: inout TextBuffer) {
    out.append(",\"drift_ppm\":")
    if let rate = drift.rate {
      out.append(fixed: Int64((rate * 1e4).rounded()), decimals: 4)
    } else {
      out.append("null")
    }
    out.append(",\"drift_bound_ppm\":")
    out.append(fixed: Int64(((drift.bound * 1e10).rounded() / 1e6).rounded(.up)), decimals: 4)
  }

  private func json(_ wire: Diagnosis.Wire, _ out: inout TextBuffer) {
    out.append(",\"wire\":{\"duration\":")
    out.append(seconds: wire.duration, decimals: 9)
    out.append(string: ",\"frames\":\(wire.frames),\"load\":")
    share(wire.load, &out)
    out.append(",\"load_without_injectors\":")
    share(wire.loadWithoutInjectors, &out)
    out.append(string: ",\"heartbeats\":\(wire.heartbeats),\"requests\":\(wire.requests),")
    out.append(string: "\"undecided_requests\":\(wire.undecidedRequests),\"strange_frames\":\(wire.strangeFrames)")
    out.append(string: ",\"bad_checksums\":\(wire.badChecksums),\"garbage_bytes\":\(wire.garbageBytes),")
    out.append(string: "\"line_errors\":\(wire.lineErrors),\"collisions\":\(wire.collisions),")
    out.append(string: "\"unanswered_requests\":\(wire.unansweredRequests),\"esc_errors\":[")
    for (index, error) in wire.escErrors.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      out.append(string: "{\"code\":\(error.code),\"name\":")
      out.append(quoted: error.name)
      out.append(string: ",\"count\":\(error.count)}")
    }
    out.append("],\"taps\":[")
    for (index, tap) in wire.taps.enumerated() {
      out.append(index == 0 ? "{\"name\":" : ",{\"name\":")
      out.append(quoted: tap.name)
      out.append(",\"source\":")
      out.append(quoted: tap.source)
      out.append(string: ",\"baud\":\(tap.baud.map { "\($0.rate)" } ?? "null"),\"frames\":\(tap.frames)")
      out.append(string: ",\"bad_checksums\":\(tap.badChecksums),\"garbage_bytes\":\(tap.garbageBytes)")
      out.append(string: ",\"line_errors\":\(tap.lineErrors)}")
    }
    out.append("]}")
  }

  private func share(_ value: Double?, _ out: inout TextBuffer) {
    guard let value else { return out.append("null") }
    out.append(fixed: Int64(value * 10_000), decimals: 4)
  }

  private func strings(_ texts: [String], _ out: inout TextBuffer) {
    out.append(UInt8(ascii: "["))
    for (index, text) in texts.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      out.append(quoted: text)
    }
    out.append(UInt8(ascii: "]"))
  }
}
