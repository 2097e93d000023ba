/// Follows the logins and registrations that others make, and gets the session's keys from them with what the key ring
/// holds (protocol.md 6.5: the randoms of a login are in clear).
struct AuthFollower: Sendable {
  enum Event: Sendable {
    /// A login begins: counters start anew.
    case loginBegan
    /// Keys that a proof in the recording fits.
    case proven(LoginKeys)
    /// The scooter's proof fits none of the tokens.
    case wrongToken
    /// Both randoms are known and there is no token at all.
    case missingToken
    /// The login succeeded, and no proof was seen to choose among these.
    case unproven([LoginKeys])
    /// The scooter or the app says how it went.
    case code(AuthCode)
    /// A registration gave a token.
    case token(MiToken)
    /// Both public keys are known, and no private key belongs to either.
    case foreignRegistration
  }

  private var phone = ParcelAssembler()
  private var scooter = ParcelAssembler()
  private var appRandom: [UInt8]?
  private var deviceRandom: [UInt8]?
  private var appKey: [UInt8]?
  private var scooterKey: [UInt8]?
  private var candidates: [LoginKeys] = []
  private var isProven = false
  private var wasRefuted = false

  /// Whether the values so far have the form of an authentication.
  private(set) var isUnderWay = false

  /// Whether a value whose characteristic is not known is one of the parcels'.
  func takes(parcel bytes: [UInt8], _ direction: BleDirection) -> Bool {
    guard bytes.count >= 4 else { return false }
    switch ParcelControl(bytes) {
    case .announce(_, let count)?: return bytes.count == 6 && (1...64).contains(count)
    case .acknowledge?, .shortAcknowledge?: return bytes.count == 4
    case .lost?: return bytes.count == 6
    case .short(_, let data)?: return isUnderWay && data.contains { $0 != 0 }
    case nil: break
    }
    let index = Int(bytes[0]) | Int(bytes[1]) << 8
    let assembler = direction == .toScooter ? phone : scooter
    return assembler.missing.contains(index)
  }

  /// Takes a value of the control characteristic.
  mutating func push(control bytes: [UInt8], _ direction: BleDirection) -> [Event] {
    guard let code = AuthCode(bytes) else { return [] }
    var events: [Event] = [.code(code)]
    switch code {
    case .loginStart, .loginStartWithRandom:
      restart()
      events.append(.loginBegan)
    case .getDeviceInfo, .registerStart, .registerStartWithoutPKI:
      isUnderWay = true
      if code != .getDeviceInfo { (appKey, scooterKey) = (nil, nil) }
    case .loginSuccess:
      if !isProven, !wasRefuted, !candidates.isEmpty { events.append(.unproven(candidates)) }
      isUnderWay = false
    default: if code.refuses || code == .registerSuccess { isUnderWay = false }
    }
    return events
  }

  private mutating func restart() {
    (appRandom, deviceRandom, candidates) = (nil, nil, [])
    (isProven, wasRefuted, isUnderWay) = (false, false, true)
    (phone, scooter) = (ParcelAssembler(), ParcelAssembler())
  }

  /// Takes a value of the parcel characteristic.
  mutating func push(parcel bytes: [UInt8], _ direction: BleDirection, _ keys: KeyRing) -> [Event] {
    let step = direction == .toScooter ? phone.push(bytes) : scooter.push(bytes)
    if case .control(.announce) = step { isUnderWay = true }
    guard case .complete(let kind, let data) = step else { return [] }
    switch (kind, direction) {
    case (.appRandom, .toScooter):
      // A login whose start code is not in the recording.
      if appRandom != nil { restart() }
      appRandom = data
      return derive(keys)
    case (.deviceRandom, .toPhone):
      deviceRandom = data
      return derive(keys)
    case (.deviceProof, .toPhone): return prove(data) { try $0.deviceProof() }
    case (.appProof, .toScooter): return isProven ? [] : prove(data) { try $0.appProof() }
    case (.publicKey, .toScooter):
      appKey = data
      return register(keys)
    case (.publicKey, .toPhone):
      scooterKey = data
      return register(keys)
    default: return []
    }
  }

  private mutating func derive(_ keys: KeyRing) -> [Event] {
    guard let appRandom, let deviceRandom, appRandom.count == 16, deviceRandom.count == 16 else { return [] }
    candidates = keys.tokens.compactMap { token in
      try? LoginKeys(token: token.bytes, appRandom: appRandom, deviceRandom: deviceRandom)
    }
    isProven = false
    return candidates.isEmpty ? [.missingToken] : []
  }

  private mutating func prove(_ proof: [UInt8], with expected: (LoginKeys) throws -> [UInt8]) -> [Event] {
    guard !candidates.isEmpty, proof.count == 32 else { return [] }
    for candidate in candidates {
      guard let value = try? expected(candidate), SecretBytes(value).equals(proof) else { continue }
      isProven = true
      candidates = [candidate]
      return [.proven(candidate)]
    }
    guard !wasRefuted else { return [] }
    wasRefuted = true
    return [.wrongToken]
  }

  private mutating func register(_ keys: KeyRing) -> [Event] {
    guard let appKey, let scooterKey, !keys.registrations.isEmpty else { return [] }
    defer { (self.appKey, self.scooterKey) = (nil, nil) }
    for registration in keys.registrations {
      let peer: [UInt8]
      switch registration.key.publicKey {
      case appKey: peer = scooterKey
      case scooterKey: peer = appKey
      default: continue
      }
      guard let secret = try? registration.key.sharedSecret(with: peer),
        let agreed = try? RegistrationKeys(sharedSecret: secret), let token = MiToken(agreed.token.copy())
      else { continue }
      return [.token(token)]
    }
    return [.foreignRegistration]
  }
}
