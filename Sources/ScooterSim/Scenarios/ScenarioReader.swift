import CaptureFiles
import NinebotBus
import Yams

/// Reads a scenario file: what it leaves out is a stock M365.
enum ScenarioReader {
  /// More than any real scenario; a larger file is a mistake.
  static let largestSize = 64 << 10

  static func read(_ text: String, name: String, thing: String, seed: UInt64) throws(InputError) -> Scenario {
    guard text.utf8.count <= largestSize else {
      throw InputError(thing, "is larger than \(largestSize >> 10) KiB, so it is no scenario")
    }
    var scenario = Scenario(name: name, seed: seed)
    guard let root = try compose(text, thing) else { throw InputError(thing, "is empty") }
    var fields = try ScenarioFields(root, "the scenario", of: thing, random: SplitMix64(seed: seed, part: 2))
    scenario.about = try fields.text("about", most: 200) ?? ""
    let rules = WireRule.allCases.map { ($0.rawValue, $0) }
    if let rule = try fields.choice("wire", rules) { scenario.rule = rule }
    try read("esc", &fields) { (inner) throws(InputError) in try esc(&scenario.esc, &inner) }
    try read("ble", &fields) { (inner) throws(InputError) in try ble(&scenario.ble, &inner) }
    try read("bms", &fields) { (inner) throws(InputError) in try bms(&scenario.bms, &inner) }
    try read("phone", &fields) { (inner) throws(InputError) in
      var phone = PhoneSettings()
      try self.phone(&phone, &inner)
      scenario.phone = phone
    }
    for node in try fields.items("dashes", most: 8) ?? [] {
      var inner = try fields.fields(of: node, "dashes")
      var dash = DashSettings()
      try self.dash(&dash, &inner)
      try fields.adopt(inner)
      scenario.dashes.append(dash)
    }
    try read("noise", &fields) { (inner) throws(InputError) in try noise(&scenario.noise, &inner) }
    try read("ride", &fields) { (inner) throws(InputError) in try ride(&scenario.ride, &inner) }
    try fields.finish()
    return scenario
  }

  private static func compose(_ text: String, _ thing: String) throws(InputError) -> Node? {
    do {
      // The basic resolver leaves scalars as text: no pattern is tried on each of them.
      return try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
    } catch let error as YamlError {
      switch error {
      case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
        .composer(_, let problem, let mark, _):
        throw InputError(thing, "line \(mark.line): no YAML: \(problem)")
      default: throw InputError(thing, "is no YAML")
      }
    } catch {
      throw InputError(thing, "is no YAML")
    }
  }

  private static func read(
    _ key: String, _ fields: inout ScenarioFields, _ body: (inout ScenarioFields) throws(InputError) -> Void
  ) throws(InputError) {
    guard var inner = try fields.fields(key) else { return }
    try body(&inner)
    try fields.adopt(inner)
  }

  // MARK: - One function for each kind of thing

  private static func transmitter(
    _ physics: inout TransmitterPhysics, _ key: String, _ fields: inout ScenarioFields
  ) throws(InputError) {
    guard var inner = try fields.fields(key) else { return }
    if let baud = try inner.number("baud", in: 1_200...1_000_000) { physics.baud = Baud(Int(baud.rounded())) }
    if let ppm = try inner.number("clock-ppm", in: -50_000...50_000) { physics.clock = [.init(ppm: ppm)] }
    if let second = try inner.fields("second-mode") {
      var second = second
      var mode = TransmitterPhysics.ClockMode(ppm: 0, share: 0.1)
      try second.set(&mode.share, "share", in: 0...0.5)
      // Relative to the first, so that a drawn clock keeps its two modes apart.
      try second.set(&mode.ppm, "above-ppm", in: -20_000...20_000)
      let first = physics.clock.first?.ppm ?? 0
      physics.clock = [.init(ppm: first, share: 1 - mode.share), .init(ppm: first + mode.ppm, share: mode.share)]
      try inner.adopt(second)
    }
    try inner.set(&physics.switchInFrame, "switch-in-frame", in: 0...1)
    try inner.set(&physics.jitter, "jitter-ppm", in: 0...5_000)
    try inner.set(&physics.drift, "drift-ppm", in: 0...5_000)
    try inner.set(&physics.driftPeriod, "drift-period-s", times: 1e9, in: 1...100_000)
    try inner.set(&physics.idleBits, "idle-bits", in: 0...100)
    try inner.set(&physics.idle, "idle-us", times: 1e3, in: 0...1_500)
    try inner.set(&physics.idleJitter, "idle-jitter-ns", in: 0...100_000)
    if let pauses = try inner.pauses("pauses") { physics.bytePauses = pauses }
    if let stalls = try inner.pauses("stalls") { physics.stalls = stalls }
    if let delay = try inner.number("rise-delay-ns", in: 0...4_000) { physics.riseDelay = Int32(delay) }
    try fields.adopt(inner)
  }

  private static func esc(_ esc: inout EscSettings, _ fields: inout ScenarioFields) throws(InputError) {
    try transmitter(&esc.physics, "transmitter", &fields)
    try fields.set(&esc.replyDelay, "reply-us", times: 1e3, in: 0...20_000)
    try fields.set(&esc.late, "late", unit: "ms", times: 1e6)
    if let display = try fields.choice("display", [("classic", EscSettings.Display.classic), ("extended", .extended)]) {
      esc.display = display
    }
    try fields.set(&esc.answersReads, "answers-reads")
    try fields.set(&esc.boot, "boot-ms", times: 1e6, in: 0...60_000)
    try fields.set(&esc.bootFrames, "boot-frames", in: 0...8)
    try fields.set(&esc.asksName, "asks-name")
    try fields.set(&esc.pollsBms, "polls-bms")
    try transmitter(&esc.bmsPhysics, "bms-transmitter", &fields)
    try fields.set(&esc.bmsWakePeriod, "bms-wake-period-ms", times: 1e6, in: 1...10_000)
    try fields.set(&esc.bmsPeriod, "bms-period-ms", times: 1e6, in: 1...10_000)
    try fields.set(&esc.bmsLate, "bms-late", unit: "ms", times: 1e6)
  }

  private static func ble(_ ble: inout BleSettings, _ fields: inout ScenarioFields) throws(InputError) {
    try transmitter(&ble.physics, "transmitter", &fields)
    try fields.set(&ble.slot, "slot-ms", times: 1e6, in: 5...1_000)
    try fields.set(&ble.slotJitter, "slot-jitter-us", times: 1e3, in: 0...2_000)
    try fields.set(&ble.lateEvery, "late-every", in: 0...1_000)
    try fields.set(&ble.lateBy, "late-ms", times: 1e6, in: 0...3)
    try fields.set(&ble.stray, "stray", unit: "ms", times: 1e6)
    // A slot never comes before the one ahead of it.
    ble.stray.length = min(ble.stray.length.lowerBound, 4e6)...min(ble.stray.length.upperBound, 4e6)
    try fields.set(&ble.pattern, "pattern", in: 1...100)
    try fields.set(&ble.rewritesReads, "rewrites-reads")
    try fields.set(&ble.forwardsForeign, "forwards-foreign")
    try fields.set(&ble.emptyNotifications, "empty-notifications", in: 0...1)
    if let version = try fields.number("version", in: 0...65_535) { ble.version = UInt16(version) }
    if let name = try fields.text("name", most: 13) { ble.name = name }
    if let uptime = try fields.range("reboot-every-s", times: 1e9, in: 1...86_400) { ble.rebootEvery = uptime }
    try fields.set(&ble.rebootTakes, "reboot-takes-s", times: 1e9, in: 0.1...600)
  }

  private static func bms(_ bms: inout BmsSettings, _ fields: inout ScenarioFields) throws(InputError) {
    try transmitter(&bms.physics, "transmitter", &fields)
    try fields.set(&bms.wake, "wake-ms", times: 1e6, in: 0...60_000)
    try fields.set(&bms.replyDelay, "reply-us", times: 1e3, in: 0...50_000)
    try fields.set(&bms.late, "late", unit: "ms", times: 1e6)
    try fields.set(&bms.firmware, "firmware", in: 0...65_535)
    if let baud = try fields.number("listens-at-baud", in: 1_200...1_000_000) { bms.listensAt = Baud(Int(baud)) }
  }

  private static func phone(_ phone: inout PhoneSettings, _ fields: inout ScenarioFields) throws(InputError) {
    try fields.set(&phone.connectsAt, "connects-at-s", in: 0...86_400)
    try fields.set(&phone.loginTakes, "login-takes-s", in: 0...600)
    try fields.set(&phone.period, "period-ms", times: 1e6, in: 10...60_000)
    if let reads = try fields.reads("start-up") { phone.startUp = reads }
    if let nodes = try fields.items("pages", most: 16) {
      phone.pages = []
      for node in nodes {
        guard case .sequence(let items) = node else { throw fields.error("pages", "must be a list of lists of reads") }
        var page: [RegisterRead] = []
        for item in items.prefix(64) { page.append(try fields.read(item, "pages")) }
        phone.pages.append(page)
      }
    }
    try fields.set(&phone.pageTime, "page-s", in: 0.1...86_400)
    try fields.set(&phone.writes, "writes", in: 0...1)
  }

  private static func dash(_ dash: inout DashSettings, _ fields: inout ScenarioFields) throws(InputError) {
    try transmitter(&dash.physics, "transmitter", &fields)
    let isTimer = try fields.choice("trigger", [("heartbeat", false), ("timer", true)]) ?? false
    let delay = try fields.range("delay-us", times: 1e3, in: 0...15_000) ?? 60e3...200e3
    let atMost = try fields.number("at-most-each-ms", times: 1e6, in: 0...60_000) ?? 0
    let period = try fields.range("period-ms", times: 1e6, in: 1...60_000) ?? 90e6...110e6
    let quiet = try fields.number("quiet-ms", times: 1e6, in: 0...50) ?? 0
    dash.trigger = isTimer ? .timer(period: period, quiet: quiet) : .heartbeat(delay: delay, atMost: atMost)
    try fields.set(&dash.boot, "boot-ms", times: 1e6, in: 0...600_000)
    dash.ring = try fields.reads("polls") ?? []
    if let count = try fields.number("poll-count", in: 1...64) {
      dash.ring = Array(dash.ring.shuffled(using: &fields.random).prefix(Int(count.rounded())))
    }
    try fields.set(&dash.copiesLevers, "copies-levers")
    dash.beepEvery = try fields.range("beep-every-s", in: 0.1...86_400)
    dash.writeEvery = try fields.range("write-every-s", in: 0.1...86_400)
  }

  private static func noise(_ noise: inout NoiseSettings, _ fields: inout ScenarioFields) throws(InputError) {
    try fields.set(&noise.rate, "per-second", in: 0...20_000)
    try fields.set(&noise.rateWithLight, "per-second-with-light", in: 0...20_000)
    try fields.set(&noise.width, "width-ns", in: 1...20_000)
    try fields.set(&noise.lows, "lows", in: 0...1)
  }

  private static func ride(_ ride: inout RideSettings, _ fields: inout ScenarioFields) throws(InputError) {
    try fields.set(&ride.rides, "rides")
    if let seconds = try fields.number("light-every-s", in: 0.1...86_400) { ride.lightEvery = seconds }
    try fields.set(&ride.odometer, "odometer-km", in: 0...100_000)
    try fields.set(&ride.battery, "battery-percent", in: 0...100)
  }
}
