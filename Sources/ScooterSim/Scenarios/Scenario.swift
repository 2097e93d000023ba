/// A scooter, what is attached to it, and the seed that everything random comes from.
public struct Scenario: Hashable, Sendable {
  public var name: String
  /// One line for people.
  public var about: String
  public var seed: UInt64
  public var esc = EscSettings()
  public var ble = BleSettings()
  public var bms = BmsSettings()
  /// Nil: no phone is connected.
  public var phone: PhoneSettings?
  /// Third-party modules on the single wire, `dash1` first.
  public var dashes: [DashSettings] = []
  public var noise = NoiseSettings()
  public var ride = RideSettings()
  /// How levels of several transmitters on the single wire combine.
  public var rule = WireRule.dominantEsc

  /// A stock M365 without a phone.
  public init(name: String, about: String = "", seed: UInt64 = 1) {
    self.name = name
    self.about = about
    self.seed = seed
  }
}
