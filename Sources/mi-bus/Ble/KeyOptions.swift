import ArgumentParser
import BleSide
import CaptureFiles

/// What a person has to read a phone's messages with. Nothing of it is ever shown.
struct KeyOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Token file of a registration: 12 bytes, raw or hexadecimal.", valueName: "file"))
  var token: [String] = []

  @Option(
    help: ArgumentHelp("File with the app's private key, where the log holds its registration.", valueName: "file"))
  var privateKey: [String] = []

  @Option(help: ArgumentHelp("Session key of the app's messages, hexadecimal.", valueName: "hex"))
  var appKey: String?

  @Option(help: ArgumentHelp("Its iv.", valueName: "hex"))
  var appIv: String?

  @Option(help: ArgumentHelp("Session key of the scooter's messages, hexadecimal.", valueName: "hex"))
  var devKey: String?

  @Option(help: ArgumentHelp("Its iv.", valueName: "hex"))
  var devIv: String?

  @Option(
    name: .customLong("name"),
    help: ArgumentHelp("The scooter's Bluetooth name, for NinebotCrypto, where the log lacks it.", valueName: "name"))
  var scooterName: [String] = []

  /// Reads the files; says when one is open to others.
  func keyRing() throws(InputError) -> KeyRing {
    var ring = KeyRing(names: scooterName)
    for path in token {
      let loaded = try KeyFile.token(at: path)
      if let warning = loaded.warning { Messages.note(warning) }
      ring.tokens.append(loaded.secret)
    }
    for path in privateKey {
      let loaded = try KeyFile.privateKey(at: path)
      if let warning = loaded.warning { Messages.note(warning) }
      ring.registrations.append(loaded.secret)
    }
    if appKey != nil || appIv != nil || devKey != nil || devIv != nil {
      ring.sessions.append(try SessionKeys(appKey: appKey, appIV: appIv, devKey: devKey, devIV: devIv))
    }
    return ring
  }
}
