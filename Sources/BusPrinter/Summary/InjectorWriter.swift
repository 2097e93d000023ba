import BusTimeline
import NinebotBus

/// Writes what is known of one injector: its evidence as text, or its object in the verdict's JSON.
struct InjectorWriter {
  let injector: Diagnosis.Injector

  /// Kinds of requests in the text; JSON has all.
  private static let mostKinds = 12

  func text(to out: inout TextBuffer) {
    out.append(string: "\nEvidence for \(injector.sender.name) (confidence ")
    out.append(fixed: Int64(injector.confidence * 100_000), decimals: 5)
    out.append(")\n")
    for line in injector.evidenceWords { out.append(string: "  - \(line)\n") }
    let count =
      injector.requests > 0
      ? Wording.some(injector.requests, "request")
      : "\(Wording.some(injector.forgedFrames, "frame")) of another's name"
    out.append(string: "  - \(count) from ")
    out.append(seconds: injector.first, decimals: 3)
    out.append(" s to ")
    out.append(seconds: injector.last, decimals: 3)
    out.append(injector.registers.isEmpty ? " s\n" : " s:\n")
    for register in injector.registers.prefix(Self.mostKinds) {
      out.append(string: "      \(register.act == .write ? "writes " : "")\(register.subject.name) ")
      out.append(hex: register.register)
      if register.act == .read { out.append(string: "+\(register.bytes)") }
      if !register.name.isEmpty { out.append(string: " \(register.name)") }
      out.append(string: ": \(Wording.some(register.requests, "time"))")
      if register.act == .write { out.append(string: register.written.map { ", last to \($0.words)" } ?? "") }
      out.append(UInt8(ascii: "\n"))
    }
    if injector.registers.count > Self.mostKinds {
      out.append(string: "      … and \(injector.registers.count - Self.mostKinds) more kinds\n")
    }
  }

  func json(to out: inout TextBuffer) {
    out.append(string: "{\"name\":\"\(injector.sender.name)\"")
    if let looks = injector.looksLike {
      out.append(",\"looks_like\":")
      out.append(quoted: looks)
    }
    out.append(",\"confidence\":")
    out.append(fixed: Int64(injector.confidence * 1_000_000), decimals: 6)
    out.append(string: ",\"requests\":\(injector.requests),\"requests_per_s\":")
    out.append(fixed: Int64(injector.requestsPerSecond * 1000), decimals: 3)
    out.append(string: ",\"forged_frames\":\(injector.forgedFrames)")
    if !injector.forgedAs.isEmpty {
      let roles = injector.forgedAs.map { "\"\($0.role.name)\":\($0.count)" }
      out.append(string: ",\"forged_as\":{\(roles.joined(separator: ","))}")
    }
    out.append(",\"first_t\":")
    out.append(seconds: injector.first, decimals: 9)
    out.append(",\"last_t\":")
    out.append(seconds: injector.last, decimals: 9)
    registers(&out)
    evidence(&out)
    out.append(UInt8(ascii: "}"))
  }

  private func registers(_ out: inout TextBuffer) {
    out.append(",\"registers\":[")
    for (index, register) in injector.registers.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      out.append(string: "{\"device\":\"\(register.subject.name)\",\"register\":\"")
      out.append(hex: register.register)
      out.append(string: "\",\"act\":\"\(register.act.name)\",\"len\":\(register.bytes),\"name\":")
      out.append(quoted: register.name)
      out.append(string: ",\"requests\":\(register.requests)")
      if let written = register.written {
        out.append(string: ",\"last_written\":\(written.raw),\"last_value\":")
        out.append(quoted: written.words)
      }
      out.append(UInt8(ascii: "}"))
    }
    out.append(UInt8(ascii: "]"))
  }

  private func evidence(_ out: inout TextBuffer) {
    let evidence = injector.evidence
    out.append(string: ",\"evidence\":{\"out_of_turn\":\(evidence.outOfTurn),\"beside_log\":\(evidence.besideLog)")
    out.append(modes: evidence.timing.pitch, key: "pitch_us", decimals: 2)
    out.append(modes: evidence.timing.bitClock, key: "bit_clock_ppm", decimals: 0)
    out.append(modes: evidence.moduleTiming.pitch, key: "ble_pitch_us", decimals: 2)
    out.append(modes: evidence.moduleTiming.bitClock, key: "ble_bit_clock_ppm", decimals: 0)
    if let isAlike = evidence.isTimedAsModule { out.append(string: ",\"timed_as_ble\":\(isAlike)") }
    if let rhythm = evidence.rhythm { out.append(rhythm: rhythm) }
    votes(evidence.requests, "request_votes", &out)
    votes(evidence.forgeries, "forgery_votes", &out)
    out.append(UInt8(ascii: "}"))
  }

  private func votes(_ votes: Diagnosis.Evidence.Votes, _ key: StaticString, _ out: inout TextBuffer) {
    guard votes.frames > 0 else { return }
    out.append(",\"")
    out.append(key)
    out.append(string: "\":{\"frames\":\(votes.frames),\"votes\":{")
    for (index, (kind, mean)) in votes.means.enumerated() {
      out.append(index == 0 ? "\"" : ",\"")
      out.append(kind.name)
      out.append("\":")
      out.append(number: mean, decimals: 2)
    }
    out.append("}}")
  }
}
