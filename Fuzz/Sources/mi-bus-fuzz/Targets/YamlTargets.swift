import CaptureFiles
import NinebotBus
import ScooterProfiles
import ScooterSim

/// Profile files, and frames read by what they say.
enum ProfileTarget: FuzzTarget {
  static let name = "profile"
  private static let frames: [[UInt8]] = [
    [0x55, 0xAA, 0x03, 0x20, 0x01, 0x10, 0x0E, 0xBD, 0xFF], [0x55, 0xAA, 0x03, 0x23, 0x01, 0x10, 0x0E, 0xBA, 0xFF],
    [0x5A, 0xA5, 0x01, 0x3E, 0x20, 0x01, 0x10, 0x0E, 0x81, 0xFF],
    [0x55, 0xAA, 0x0A, 0x23, 0x01, 0x00, 1, 2, 3, 4, 5, 6, 7, 8, 0xAD, 0xFF],
  ]

  static func test(_ input: [UInt8]) {
    let file = MemoryFile(input)
    guard let profile = try? ProfileLibrary(folder: "").profile(file.path) else { return }
    for frame in frames {
      for link in Link.allCases {
        guard let reading = profile.read(frame.span, on: link) else { continue }
        profile.forEachField(of: reading, in: frame.span) { field in
          require(field.range.upperBound <= frame.count, "a field lies in its frame")
        }
      }
    }
  }
}

/// Scenario files, and a tenth of a second of what they describe.
enum ScenarioTarget: FuzzTarget {
  static let name = "scenario"

  static func test(_ input: [UInt8]) {
    guard let text = String(validating: input, as: UTF8.self),
      let scenario = try? Scenario(yaml: text, name: "input")
    else { return }
    var scooter = Scooter(scenario)
    var probe = LineProbe()
    for _ in 0..<200 {
      guard let occurrence = scooter.next(), occurrence.time < 100_000_000 else { break }
      probe.push(occurrence)
    }
    let (bytes, times) = probe.take()
    require(bytes.count == times.count, "each byte has a time")
  }
}
