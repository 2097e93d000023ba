public import CaptureFiles

extension Scenario {
  /// The embedded scenarios, in the order of lists.
  private static let embedded: [(name: String, text: [UInt8])] = [
    ("stock", PackageResources.stock_yaml),
    ("phone", PackageResources.phone_yaml),
    ("displaydash", PackageResources.displaydash_yaml),
    ("augisbud", PackageResources.augisbud_yaml),
    ("esp32-beep", PackageResources.esp32_beep_yaml),
    ("near-clock", PackageResources.near_clock_yaml),
    ("busy-timer", PackageResources.busy_timer_yaml),
    ("full-bus", PackageResources.full_bus_yaml),
    ("two-dashes", PackageResources.two_dashes_yaml),
    ("copycat-61", PackageResources.copycat_61_yaml),
    ("replaced-esc", PackageResources.replaced_esc_yaml),
    ("replaced-bms", PackageResources.replaced_bms_yaml),
    ("noisy-light", PackageResources.noisy_light_yaml),
    ("wrong-baud-bms", PackageResources.wrong_baud_bms_yaml),
    ("ble-reboot", PackageResources.ble_reboot_yaml),
    ("random", PackageResources.random_yaml),
    ("random-dash", PackageResources.random_dash_yaml),
  ]

  /// The names of the embedded scenarios.
  public static let names: [String] = embedded.map(\.name)

  /// An embedded scenario, with everything that it leaves open drawn from the seed.
  ///
  /// Throws for a name that is not in `names`.
  public static func named(_ name: String, seed: UInt64 = 1) throws(InputError) -> Scenario {
    guard let found = embedded.first(where: { $0.name == name }) else {
      throw InputError(
        "scenario '\(ScenarioFields.shown(name))'", "is not known",
        remedy: "there are: \(names.joined(separator: ", "))")
    }
    return try Scenario(yaml: String(decoding: found.text, as: UTF8.self), name: name, seed: seed)
  }

  /// A scenario from the text of a file of the user; what the file leaves out is a stock M365.
  ///
  ///     about: a dash that asks for the battery behind each second heartbeat
  ///     wire: dominant-esc                # or wired-and
  ///     ble: { slot-ms: 19.86, rewrites-reads: true, forwards-foreign: false, reboot-every-s: [20, 40] }
  ///     esc: { reply-us: [112, 137], display: classic, late: { share: 0.01, ms: [1, 13] } }
  ///     bms: { reply-us: [200, 240] }
  ///     phone: { connects-at-s: 2.5, period-ms: [60, 180], pages: [[esc b0 20, bms 31 0a]], writes: 0.01 }
  ///     dashes:
  ///       - trigger: heartbeat            # or timer, with period-ms and quiet-ms
  ///         delay-us: [60, 200]
  ///         at-most-each-ms: 40
  ///         polls: [bms 31 0a]
  ///         transmitter: { clock-ppm: 150, jitter-ppm: 60, idle-us: 0.4, stalls: [{ share: 0.01, us: [30, 90] }] }
  ///     noise: { per-second: 5, per-second-with-light: 200 }
  ///     ride: { light-every-s: 10, battery-percent: 64 }
  ///
  /// A list of two for a single number, or a list of words, is drawn from the seed. An unknown key is an error that
  /// names the known ones.
  public init(yaml text: String, name: String, seed: UInt64 = 1) throws(InputError) {
    self = try ScenarioReader.read(text, name: name, thing: "scenario '\(ScenarioFields.shown(name))'", seed: seed)
  }

  /// All embedded scenarios with what they are about.
  public static func list() throws(InputError) -> [(name: String, about: String)] {
    var list: [(name: String, about: String)] = []
    for name in names { list.append((name, try named(name).about)) }
    return list
  }
}
