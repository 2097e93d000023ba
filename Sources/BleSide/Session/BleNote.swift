/// Something about a recording that a person should know, besides its messages. One sentence each; no secrets.
public struct BleNote: Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// Nothing of a scooter is in the recording.
    case noScooter
    /// A login was seen, and there is no token to read it with.
    case missingToken
    /// Messages need keys, and no login is in the recording before them.
    case sessionInMiddle
    /// The scooter's proof fits none of the given tokens.
    case wrongToken
    /// Given session keys open nothing.
    case wrongKeys
    /// NinebotCrypto starts from the scooter's name, which is neither given nor in the recording.
    case missingName
    /// A NinebotCrypto session whose handshake is not in the recording.
    case missingHandshake
    /// The old 55AB scheme, and characteristic 0x0014 was not read in the recording.
    case missingBeaconKey
    /// A login was seen and its keys are known.
    case loggedIn
    /// A login succeeded whose proofs are not in the recording; the tags will tell whether the token is right.
    case loggedInUnproven
    /// A registration gave the token of later logins.
    case registered
    /// Both public keys of a registration were seen, and the private key belongs to neither.
    case foreignRegistration
    /// The scooter or the app refused.
    case refused(AuthCode)
    /// The counter of a direction stays at 0.
    case uncounted(BleDirection)
    /// A summary of a direction's counter at the end of a connection.
    case counterGaps(BleDirection, missing: UInt64, repeats: UInt64)
    /// Notifications without a byte, at the end of a connection. The BLE module of a scooter with a DisplayDash sent
    /// them during the login and even inside a message (protocol.md 6.8); why, nobody knows.
    case emptyValues(Int)
    /// The link layer is encrypted, so an air capture shows nothing more.
    case linkEncrypted
  }

  public var kind: Kind
  /// Unix nanoseconds; 0 where there is no time.
  public var time: Int64
  /// Number of the connection; nil for the whole recording.
  public var connection: Int?

  public init(_ kind: Kind, time: Int64 = 0, connection: Int? = nil) {
    self.kind = kind
    self.time = time
    self.connection = connection
  }

  /// The note in one sentence.
  public var description: String {
    switch kind {
    case .noScooter: "no scooter is in this recording: no message of its protocols was found"
    case .missingToken: "a login was seen, but there is no token; give it with --token to read the messages"
    case .sessionInMiddle:
      "the session starts before the recording, so its login randoms are missing; give its app_key, dev_key, app_iv and "
        + "dev_iv, or record again from before the app connects"
    case .wrongToken: "the token is wrong: the scooter proved that it holds another one, so register or use its token"
    case .wrongKeys: "the given session keys do not open these messages: they belong to another session"
    case .missingName:
      "NinebotCrypto starts from the scooter's Bluetooth name, which is not in the recording; give it with --name"
    case .missingHandshake:
      "the handshake of this 5AA5 session is not in the recording; record again from before the app connects"
    case .missingBeaconKey:
      "these 55AB messages need the 12 bytes of characteristic 0x0014, which nobody read in the recording"
    case .loggedIn: "login seen, the token is right"
    case .loggedInUnproven: "login seen without its proofs; whether the token is right shows with the first message"
    case .registered: "registration seen, its token reads the logins after it"
    case .foreignRegistration: "a registration was seen, but the private key belongs to neither side"
    case .refused(let code): "authentication ended with: \(code.name) (0x\(String(code.rawValue, radix: 16)))"
    case .uncounted(.toScooter): "the app does not count its messages: their counter stays 0"
    case .uncounted(.toPhone): "the scooter does not count its messages: their counter stays 0"
    case .counterGaps(let direction, let missing, let repeats):
      "\(direction.name): \(missing) messages are missing by their counter, \(repeats) came twice or late"
    case .emptyValues(let count):
      "\(count) empty notifications: values without a byte, which some scooters with a dash that polls send; they carry "
        + "no message and were skipped, as a client must"
    case .linkEncrypted: "the link layer is encrypted; an air capture shows nothing more of this connection"
    }
  }
}

/// What comes out of a BLE recording, in order.
public enum BleEvent: Hashable, Sendable {
  case message(BleMessage)
  case note(BleNote)
}
