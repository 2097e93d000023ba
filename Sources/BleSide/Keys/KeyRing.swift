/// All that a person gave to read messages with. Holds secrets, describes none.
public struct KeyRing: Sendable, CustomStringConvertible {
  /// Tokens, of whichever scooters.
  public var tokens: [MiToken]
  /// Keys of sessions whose login is not in the recording.
  public var sessions: [SessionKeys]
  /// Private keys of apps whose registration is in the recording.
  public var registrations: [RegistrationKey]
  /// Bluetooth names of scooters, for NinebotCrypto.
  public var names: [String]
  /// What characteristic 0x0014 of the scooter holds, for the old 55AB scheme; no secret.
  public var beaconKey: [UInt8]?

  public init(
    tokens: [MiToken] = [], sessions: [SessionKeys] = [], registrations: [RegistrationKey] = [], names: [String] = [],
    beaconKey: [UInt8]? = nil
  ) {
    self.tokens = tokens
    self.sessions = sessions
    self.registrations = registrations
    self.names = names
    self.beaconKey = beaconKey
  }

  /// How many keys there are, not which.
  public var description: String {
    "\(tokens.count) tokens, \(sessions.count) sessions' keys, \(registrations.count) private keys"
  }
}
