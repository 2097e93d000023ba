import BusTimeline
import NinebotBus

/// Writes how long the phone waited and how its requests ended: the keys `latency` and `chains` of a verdict, where there is
/// anything to tell.
struct LatencyWriter {
  let diagnosis: Diagnosis

  func json(to out: inout TextBuffer) {
    var parts = TextBuffer()
    latency("phone_reads", diagnosis.phoneReads, excess: diagnosis.phoneReadsExcess, &parts)
    addedToReads(&parts)
    latency("write_to_wire", diagnosis.chains.requestLatency, &parts)
    latency("wire_to_phone", diagnosis.chains.notificationLatency, &parts)
    latency("phone_waits", diagnosis.chains.totalLatency, &parts)
    if diagnosis.addedToWaits.difference != nil {
      parts.append(",\"phone_waits_added\":{")
      added(diagnosis.addedToWaits, &parts)
      parts.append(UInt8(ascii: "}"))
    }
    if !parts.bytes.isEmpty {
      out.append(",\"latency\":{")
      out.append(string: String(decoding: parts.bytes.dropFirst(), as: UTF8.self))
      out.append(UInt8(ascii: "}"))
    }
    chains(&out)
  }

  private func latency(
    _ key: StaticString, _ latency: Diagnosis.Latency, excess: Int64? = nil, _ out: inout TextBuffer
  ) {
    guard latency.count > 0 else { return }
    out.append(",\"")
    out.append(key)
    out.append(string: "\":{\"count\":\(latency.count),\"median_s\":")
    out.append(seconds: latency.median, decimals: 9)
    out.append(",\"p95_s\":")
    out.append(seconds: latency.p95, decimals: 9)
    if let excess {
      out.append(",\"t_err\":")
      out.append(seconds: excess, decimals: 9)
    }
    out.append(UInt8(ascii: "}"))
  }

  private func addedToReads(_ out: inout TextBuffer) {
    let known = diagnosis.addedToReads.filter { $0.added.difference != nil }
    guard !known.isEmpty else { return }
    out.append(",\"phone_reads_added\":[")
    for (index, (device, reads)) in known.enumerated() {
      out.append(string: "\(index == 0 ? "" : ","){\"device\":\"\(device.name)\",")
      added(reads, &out)
      out.append(UInt8(ascii: "}"))
    }
    out.append(UInt8(ascii: "]"))
  }

  private func added(_ added: Diagnosis.AddedLatency, _ out: inout TextBuffer) {
    out.append("\"median_s\":")
    out.append(seconds: added.difference ?? 0, decimals: 9)
    latency("beside_injected", added.beside, &out)
    latency("without", added.without, &out)
  }

  private func chains(_ out: inout TextBuffer) {
    let outcomes = CausalChain.Outcome.allCases.compactMap { outcome in
      diagnosis.chains.outcomes[outcome].map { "\"\(outcome.name)\":\($0)" }
    }
    guard !outcomes.isEmpty else { return }
    out.append(string: ",\"chains\":{\(outcomes.joined(separator: ","))}")
  }
}
