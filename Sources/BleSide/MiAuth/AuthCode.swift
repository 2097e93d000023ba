/// What is written to or notified on the control characteristic 0x0010, a 32-bit number with the low byte first
/// (protocol.md 6.3).
public enum AuthCode: UInt32, Hashable, Sendable, CaseIterable {
  case getDeviceInfo = 0xA2
  case greeting = 0xA4
  case restoreKey = 0xA0
  case deleteKey = 0xA1
  case registerStart = 0x10
  case registerSuccess = 0x11
  case registerFailed = 0x12
  case verifySuccess = 0x13
  case verifyFailed = 0x14
  case registerStartWithoutPKI = 0x15
  case loginStart = 0x20
  case loginSuccess = 0x21
  case invalidLTMK = 0x22
  case loginFailed = 0x23
  case loginStartWithRandom = 0x24
  case notRegistered = 0xE0
  case alreadyRegistered = 0xE1
  case repeatedLogin = 0xE2
  case invalidOOB = 0xE3

  /// The code in the four bytes of a control packet; nil for other lengths and numbers.
  public init?(_ packet: some Collection<UInt8>) {
    guard packet.count == 4 else { return nil }
    self.init(rawValue: packet.reversed().reduce(0) { $0 << 8 | UInt32($1) })
  }

  /// The control packet.
  public var packet: [UInt8] { [UInt8(truncatingIfNeeded: rawValue), 0, 0, 0] }

  /// For people.
  public var name: String {
    switch self {
    case .getDeviceInfo: "get device info"
    case .greeting: "greeting"
    case .restoreKey: "restore key"
    case .deleteKey: "delete key"
    case .registerStart: "register start"
    case .registerSuccess: "registered"
    case .registerFailed: "registration failed"
    case .verifySuccess: "verified"
    case .verifyFailed: "verification failed"
    case .registerStartWithoutPKI: "register start without certificates"
    case .loginStart: "login start"
    case .loginSuccess: "logged in"
    case .invalidLTMK: "invalid long-term key"
    case .loginFailed: "login failed"
    case .loginStartWithRandom: "login start with random"
    case .notRegistered: "not registered"
    case .alreadyRegistered: "already registered"
    case .repeatedLogin: "repeated login"
    case .invalidOOB: "invalid out-of-band data"
    }
  }

  /// Whether the scooter says with it that a login or registration is refused.
  public var refuses: Bool {
    switch self {
    case .registerFailed, .loginFailed, .invalidLTMK, .notRegistered, .alreadyRegistered, .repeatedLogin, .invalidOOB:
      true
    default: false
    }
  }
}

/// One value on one of the two characteristics that authentication uses.
public struct AuthPacket: Hashable, Sendable {
  public enum Channel: Hashable, Sendable {
    /// 0x0010: codes.
    case control
    /// 0x0019: parcels.
    case parcels
  }
  public var channel: Channel
  public var bytes: [UInt8]

  public init(_ channel: Channel, _ bytes: [UInt8]) {
    self.channel = channel
    self.bytes = bytes
  }
}

/// How long a side waits, in nanoseconds of the caller's clock.
public struct AuthTiming: Hashable, Sendable {
  /// For the next packet of a parcel, or for an answer to one.
  public var packet: Int64
  /// For the other side's next step.
  public var step: Int64
  /// For somebody to press the power button.
  public var button: Int64
  /// How often a lost packet or answer is asked for again.
  public var retries: Int

  public init(
    packet: Int64 = 1_000_000_000, step: Int64 = 10_000_000_000, button: Int64 = 30_000_000_000, retries: Int = 4
  ) {
    self.packet = packet
    self.step = step
    self.button = button
    self.retries = retries
  }
}

/// The steps of registration and login, named after what is waited for.
public enum AuthStep: String, Hashable, Sendable {
  case start = "the start"
  case deviceInfo = "the device info"
  case button = "the power button"
  case appKey = "the app's public key"
  case scooterKey = "the scooter's public key"
  case deviceID = "the encrypted device id"
  case verification = "the app's verdict"
  case registerResult = "the scooter's verdict on the registration"
  case appRandom = "the app's random number"
  case deviceRandom = "the scooter's random number"
  case deviceProof = "the scooter's proof"
  case appProof = "the app's proof"
  case loginResult = "the scooter's verdict on the login"
}

/// Why authentication ended without success, in one sentence each. Carries no secret.
public enum AuthFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The other side's code that refuses.
  case refused(AuthCode)
  /// Nothing came in time.
  case timedOut(AuthStep)
  /// The other side gave up on a parcel.
  case parcelRefused(ParcelControl.Acknowledgement, AuthStep)
  /// A parcel has the wrong length or kind.
  case malformed(AuthStep)
  /// The scooter's proof was made with another token.
  case wrongToken
  /// The app's proof was made with another token.
  case appProofMismatch
  /// The device id does not decrypt or is another one.
  case deviceIDMismatch
  /// The public key is not a point of the curve.
  case invalidPublicKey
  case disconnected(AuthStep)
  case crypto(CryptoError)

  public var description: String {
    switch self {
    case .refused(let code): "the scooter refused: \(code.name) (0x\(String(code.rawValue, radix: 16)))"
    case .timedOut(.button): "nobody pressed the power button in time"
    case .timedOut(let step): "no answer in time while waiting for \(step.rawValue)"
    case .parcelRefused(let reason, let step): "the other side said \(reason.name) while waiting for \(step.rawValue)"
    case .malformed(let step): "\(step.rawValue) has the wrong form"
    case .wrongToken: "the token is not this scooter's: the scooter's proof was made with another one"
    case .appProofMismatch: "the app's proof was made with another token"
    case .deviceIDMismatch: "the encrypted device id is not this scooter's"
    case .invalidPublicKey: "the public key is not a point on P-256"
    case .disconnected(let step): "the connection ended while waiting for \(step.rawValue)"
    case .crypto(let error): error.description
    }
  }
}

/// How far a login or registration has come.
public enum AuthState: Hashable, Sendable {
  case running(AuthStep)
  case done
  case failed(AuthFailure)
}
