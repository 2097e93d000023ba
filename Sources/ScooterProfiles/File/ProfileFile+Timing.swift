import NinebotBus

extension ProfileFile {
  private static let timingKeys = ["slot-us", "display-period-us", "reply-delay-us", "transmitters"]
  private static let transmitterKeys = ["role", "link", "pitch-us", "bit-clock-ppm"]

  mutating func readTiming(_ node: YamlNode, _ reader: inout NodeReader) {
    for (key, node, value) in reader.pairs(node, of: "timing") {
      switch key {
      case "slot-us": description.timing.slot = Self.prior(value, key, times: 1000, &reader)
      case "display-period-us": description.timing.displayPeriod = Self.prior(value, key, times: 1000, &reader)
      case "reply-delay-us":
        for (_, node, value) in reader.pairs(value, of: key) {
          guard let role = reader.role(node, "role") else { continue }
          description.timing.replyDelay[role] = Self.prior(value, key, times: 1000, &reader)
        }
      case "transmitters":
        guard case .sequence(let sequence) = value.content else {
          reader.report(value, "transmitters must be a list")
          continue
        }
        description.timing.transmitters += sequence.compactMap { Self.transmitter($0, &reader) }
      default: reader.unknown(key, node, of: "timing", allowed: Self.timingKeys)
      }
    }
  }

  private static func transmitter(_ node: YamlNode, _ reader: inout NodeReader) -> TimingBeliefs.Transmitter? {
    var role: Role?
    var link: Link?
    var pitch: TimingBeliefs.Prior?
    var clocks: [TimingBeliefs.Prior] = []
    for (key, node, value) in reader.pairs(node, of: "a transmitter") {
      switch key {
      case "role": role = reader.role(value, "role")
      case "link": link = reader.choice(value, "link", Link.allCases.map { ("\($0.name)", $0) })
      case "pitch-us": pitch = prior(value, key, times: 1000, &reader)
      case "bit-clock-ppm":
        guard case .sequence(let sequence) = value.content else {
          reader.report(value, "bit-clock-ppm must be a list of [least, typical, most], one for each clock mode")
          continue
        }
        clocks = sequence.compactMap { prior($0, key, times: 1, &reader) }
      default: reader.unknown(key, node, of: "a transmitter", allowed: transmitterKeys)
      }
    }
    guard let role, let link else {
      reader.report(node, "a transmitter needs 'role' and 'link'")
      return nil
    }
    return TimingBeliefs.Transmitter(role: role, link: link, pitch: pitch, bitClock: clocks)
  }

  /// `[least, typical, most]`, in the unit of the key.
  private static func prior(
    _ node: YamlNode, _ thing: String, times scale: Double, _ reader: inout NodeReader
  ) -> TimingBeliefs.Prior? {
    let numbers = (node.items ?? []).compactMap { item in item.text.flatMap { Double($0) } }
    guard node.items?.count == 3, numbers.count == 3,
      numbers.allSatisfy({ abs($0) <= 1e9 }), numbers[0] <= numbers[1], numbers[1] <= numbers[2]
    else {
      reader.report(node, "\(thing) must be [least, typical, most] in rising order")
      return nil
    }
    let scaled = numbers.map { Int64(($0 * scale).rounded()) }
    return TimingBeliefs.Prior(least: scaled[0], typical: scaled[1], most: scaled[2])
  }
}
