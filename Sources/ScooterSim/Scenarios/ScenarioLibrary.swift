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
