/// The app's side of a registration (protocol.md 6.6). It makes the token that every later login needs, and it ends
/// the scooter's bond with all other apps.
public struct AppRegistration: ~Copyable, Sendable, AuthMachine {
  private let key: P256Key
  private let fallbackDID: [UInt8]
  private var core: AuthCore
  private var did: [UInt8] = []
  private var agreed: RegistrationKeys?

  /// - Parameters:
  ///   - key: a fresh private key.
  ///   - fallbackDID: 20 bytes, used when the scooter has no device id.
  ///   - packetSize: data bytes in a parcel packet.
  ///   - timing: how long the scooter may take to answer.
  public init(
    key: consuming P256Key, fallbackDID: [UInt8], packetSize: Int = 18, timing: AuthTiming = AuthTiming()
  ) {
    self.key = key
    self.fallbackDID = fallbackDID
    core = AuthCore(timing: timing, packetSize: packetSize)
  }

  public var state: AuthState { core.state }
  public var deadline: Int64? { core.deadline }

  /// The token, once the scooter said that it is registered.
  public func token() -> SecretBytes? {
    guard state == .done else { return nil }
    switch agreed {
    case .some(let keys): return keys.token.copy()
    case .none: return nil
    }
  }

  public mutating func start(at time: Int64) {
    core.wait(for: .deviceInfo, at: time)
    core.send(.getDeviceInfo)
  }

  public mutating func push(_ packet: AuthPacket, at time: Int64) {
    guard let event = core.push(packet, at: time), let step = core.step else { return }
    do throws(AuthFailure) {
      switch event {
      case .control(let code):
        if code.refuses { throw .refused(code) }
        if code == .registerSuccess, step == .registerResult { core.finish() }
      case .received(.deviceInfo, let data) where step == .deviceInfo: try took(deviceInfo: data, at: time)
      case .received(.publicKey, let data) where step == .button || step == .scooterKey:
        try took(scooterKey: data, at: time)
      case .sent(.publicKey) where step == .button: core.wait(for: .scooterKey, at: time)
      case .sent(.deviceInfo) where step == .deviceID:
        core.send(.verifySuccess)
        core.wait(for: .registerResult, at: time)
      default: break
      }
    } catch {
      core.fail(error)
    }
  }

  private mutating func took(deviceInfo: [UInt8], at time: Int64) throws(AuthFailure) {
    guard deviceInfo.count >= 4 else { throw .malformed(.deviceInfo) }
    let told = Array(deviceInfo.dropFirst(4))
    did = told.contains { $0 != 0 } ? told : fallbackDID
    core.send(.registerStartWithoutPKI)
    core.link.send(.publicKey, key.publicKey, at: time, patience: core.timing.button)
    core.wait(for: .button, at: time, patience: core.timing.button + core.timing.step)
  }

  private mutating func took(scooterKey: [UInt8], at time: Int64) throws(AuthFailure) {
    core.link.takeAsSent()
    let encrypted: [UInt8]
    do {
      let keys = try RegistrationKeys(sharedSecret: try key.sharedSecret(with: scooterKey))
      encrypted = try keys.encrypted(did: did)
      agreed = consume keys
    } catch {
      throw error.cause == .invalidInput ? .invalidPublicKey : .crypto(error)
    }
    core.wait(for: .deviceID, at: time)
    core.link.send(.deviceInfo, encrypted, at: time)
  }

  public mutating func advance(to time: Int64) { core.advance(to: time) }
  public mutating func disconnected() { core.fail(.disconnected(core.step ?? .start)) }
  public mutating func takeOutgoing() -> [AuthPacket] { core.takeOutgoing() }
}

/// The scooter's side of a registration.
public struct ScooterRegistration: ~Copyable, Sendable, AuthMachine {
  private let key: P256Key
  private let did: [UInt8]
  private var core: AuthCore
  private var buttonIsPressed = false
  private var agreed: RegistrationKeys?

  /// - Parameters:
  ///   - key: a fresh private key.
  ///   - did: the device id, 20 bytes or none.
  ///   - packetSize: data bytes in a parcel packet.
  ///   - timing: how long the phone may take to answer.
  public init(key: consuming P256Key, did: [UInt8], packetSize: Int = 18, timing: AuthTiming = AuthTiming()) {
    self.key = key
    self.did = did
    core = AuthCore(timing: timing, packetSize: packetSize)
  }

  public var state: AuthState { core.state }
  public var deadline: Int64? { core.deadline }

  /// The token, once the app said that all is well.
  public func token() -> SecretBytes? {
    guard state == .done else { return nil }
    switch agreed {
    case .some(let keys): return keys.token.copy()
    case .none: return nil
    }
  }

  /// Somebody pressed the power button, before or after the app asked.
  public mutating func buttonPressed(at time: Int64) {
    buttonIsPressed = true
    if core.step == .button { core.wait(for: .appKey, at: time) }
    core.link.release(at: time)
  }

  public mutating func push(_ packet: AuthPacket, at time: Int64) {
    guard let event = core.push(packet, at: time), let step = core.step else { return }
    do throws(AuthFailure) {
      switch event {
      case .control(.getDeviceInfo):
        core.link.send(.deviceInfo, [1, 0, 0, 0] + did, at: time)
        core.wait(for: .start, at: time)
      case .control(.registerStart), .control(.registerStartWithoutPKI): begin(at: time)
      case .received(.publicKey, let data) where step == .appKey: try took(appKey: data, at: time)
      case .received(.deviceInfo, let data) where step == .deviceID: try took(encryptedDID: data, at: time)
      case .control(.verifySuccess) where step == .verification:
        core.send(.registerSuccess)
        core.finish()
      case .control(.verifyFailed): throw .refused(.verifyFailed)
      default: break
      }
    } catch {
      core.send(.registerFailed)
      core.fail(error)
    }
  }

  private mutating func begin(at time: Int64) {
    core.link.takeAsSent()
    if buttonIsPressed {
      core.wait(for: .appKey, at: time)
    } else {
      core.link.hold()
      core.wait(for: .button, at: time, patience: core.timing.button)
    }
  }

  private mutating func took(appKey: [UInt8], at time: Int64) throws(AuthFailure) {
    do {
      agreed = try RegistrationKeys(sharedSecret: try key.sharedSecret(with: appKey))
    } catch {
      throw error.cause == .invalidInput ? .invalidPublicKey : .crypto(error)
    }
    core.link.send(.publicKey, key.publicKey, at: time)
    core.wait(for: .deviceID, at: time)
  }

  private mutating func took(encryptedDID: [UInt8], at time: Int64) throws(AuthFailure) {
    core.link.takeAsSent()
    let plain: [UInt8]?
    do {
      switch agreed {
      case .some(let keys): plain = try keys.decrypted(did: encryptedDID)
      case .none: plain = nil
      }
    } catch { throw .crypto(error) }
    guard let plain, did.allSatisfy({ $0 == 0 }) || plain == did else { throw .deviceIDMismatch }
    core.wait(for: .verification, at: time)
  }

  public mutating func advance(to time: Int64) {
    let waitedForButton = core.step == .button
    core.advance(to: time)
    if waitedForButton, case .failed = core.state { core.send(.registerFailed) }
  }
  public mutating func disconnected() { core.fail(.disconnected(core.step ?? .start)) }
  public mutating func takeOutgoing() -> [AuthPacket] { core.takeOutgoing() }
}
