import NinebotBus

extension Diagnosis.Injector {
  /// What it does, in one sentence; that it changes the scooter comes first.
  var sentence: String {
    var text = sender.name
    if let looksLike { text += ", which looks like \(looksLike)," }
    var parts = changes
    if forgedFrames > 0 { parts.append(forging) }
    if questions > 0 { parts.append(asking) }
    if parts.isEmpty { parts.append("sends frames of its own") }
    if parts.count > 1, let last = parts.popLast() { parts.append("and \(last)") }
    return "\(text) \(parts.joined(separator: ", "))."
  }

  /// `changes settings of the ESC (tail_light to always, 14 times)`, for each device.
  private var changes: [String] {
    Dictionary(grouping: writes, by: \.subject).sorted { $0.key.rawValue < $1.key.rawValue }.map { subject, registers in
      var kinds = registers.prefix(3).map(\.writing)
      if registers.count > kinds.count { kinds.append("\(registers.count - kinds.count) more") }
      return "changes settings of \(Wording.part(subject)) (\(kinds.joined(separator: "; ")))"
    }
  }

  private var forging: String {
    let whom = forgedAs.map { Wording.part($0.role) }
    return "sends frames that say they come from \(whom.isEmpty ? "another device" : Wording.list(whom)), "
      + "\(forgedFrames) in all"
  }

  private var asking: String {
    // A request of a thousand may be a damaged one that happens to be sound.
    let asked = Dictionary(grouping: registers.filter { $0.act != .write }, by: \.subject).filter { _, registers in
      registers.reduce(0) { $0 + $1.requests } > requests / 1000
    }
    let devices = asked.keys.sorted { $0.rawValue < $1.rawValue }.map { "\($0.name)".uppercased() }
    return "asks the \(devices.isEmpty ? "scooter" : devices.joined(separator: " and ")) "
      + "\(Wording.decimal(questionsPerSecond, 1)) times a second with \(Self.owner(poses)) addresses"
  }

  private static func owner(_ role: Role?) -> String {
    switch role {
    case .esc: "the ESC's"
    case .bms, .externalBms: "a battery's"
    case .phone: "the phone's"
    case .pc: "a PC's"
    default: "the BLE module's"
    }
  }
}

extension Diagnosis.PolledRegister {
  /// `tail_light to always, 14 times`: of a write.
  public var writing: String {
    let value = written.map { " to \($0.words)" } ?? ""
    return "\(title)\(value), \(requests == 1 ? "once" : "\(requests) times")"
  }

  /// Its name, or its number where it has none.
  public var title: String {
    name.isEmpty ? "register \(register < 16 ? "0" : "")\(String(register, radix: 16))" : name
  }
}
