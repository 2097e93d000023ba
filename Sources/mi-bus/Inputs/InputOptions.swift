import ArgumentParser
import CaptureFiles
import NinebotBus
import ScooterProfiles
import UartSniffer

/// Options that say how sources are read.
struct InputOptions: ParsableArguments {
  @Option(
    name: .customLong("baud"),
    help: ArgumentHelp("Bits a second; found by itself on recordings, 115200 on ports.", valueName: "rate"))
  var baudRate: Int?

  @Option(
    help: ArgumentHelp(
      "The source is samples of a logic analyser at this rate, as 'sigrok-cli -O binary' writes them.",
      valueName: "rate"))
  var logic: String?

  @Option(
    name: .customLong("unitsize"),
    help: ArgumentHelp("Bytes a sample of --logic: 1 for up to 8 channels, 2 for up to 16.", valueName: "bytes"))
  var unitSize: Int?

  @Option(help: ArgumentHelp("Scooter family, or a profile file; 'mi-bus profiles' lists them.", valueName: "name"))
  var profile: String = ProfileLibrary.defaultName

  @Option(help: ArgumentHelp("The wire of each tap: esc-ble or esc-bms.", valueName: "link"))
  var link: [String] = []

  @Option(help: ArgumentHelp("Idle milliseconds inside a frame that end it.", valueName: "ms"))
  var pause: Double = 2

  mutating func validate() throws {
    if let baudRate, !(50...4_000_000).contains(baudRate) {
      throw ValidationError("--baud \(baudRate): a rate from 50 to 4000000 is needed")
    }
    guard (0.1...1000).contains(pause) else {
      throw ValidationError("--pause \(pause): from 0.1 to 1000 milliseconds make sense")
    }
    if let logic, Self.hertz(logic) == nil {
      throw ValidationError("--logic \(logic): write a rate such as 8MHz, 500kHz or 1000000")
    }
    if let unitSize {
      guard (1...8).contains(unitSize) else {
        throw ValidationError("--unitsize \(unitSize): a sample has 1 to 8 bytes, one for each 8 channels")
      }
      guard logic != nil else { throw ValidationError("--unitsize is for samples: give their rate with --logic") }
    }
    for name in link where Link(name: name) == nil {
      throw ValidationError("--link \(name): esc-ble and esc-bms are known")
    }
  }

  var baud: Baud? { baudRate.map { Baud($0) } }
  var sampleRate: Int? { logic.flatMap { Self.hertz($0) } }
  var sampleBytes: Int { unitSize ?? 1 }
  /// What to try where samples have no frame in them; nil where there are no samples.
  var hintWithoutFrames: String? {
    guard let logic else { return nil }
    let size = "--unitsize \(sampleBytes == 1 ? 2 : 1)"
    return
      "no frame in the samples: were they taken at \(logic), with \(sampleBytes) byte\(sampleBytes == 1 ? "" : "s") "
      + "each? An analyser with more than 8 channels writes 2: try \(size)"
  }
  var links: [Link] { link.compactMap { Link(name: $0) } }
  /// Nanoseconds.
  var pauseTime: Int64 { Int64(pause * 1_000_000) }

  /// Reads `8MHz`, `500 kHz`, `1000000`.
  static func hertz(_ text: String) -> Int? {
    var digits = Substring(text.lowercased())
    var factor = 1.0
    for (suffix, value) in [("mhz", 1e6), ("khz", 1e3), ("hz", 1.0), ("m", 1e6), ("k", 1e3)]
    where digits.hasSuffix(suffix) {
      digits = digits.dropLast(suffix.count)
      factor = value
      break
    }
    guard let number = Double(digits.filter { $0 != " " }), number * factor >= 1, number * factor <= 1e10 else {
      return nil
    }
    return Int(number * factor)
  }
}
