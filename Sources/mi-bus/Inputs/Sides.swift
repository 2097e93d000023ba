import BleSide
import CaptureFiles

/// The sources of a command that takes the bus and the phone's log, told apart by their content.
struct Sides {
  var bus: [SourceSpec] = []
  var phone: BleRecording?

  /// - Parameter texts: as typed, in any order; at most one phone's log.
  init(_ texts: [String], keys: KeyOptions) throws(InputError) {
    for spec in try SourceSpec.all(texts) {
      guard case .file(let path) = spec.place, try Side(ofFile: path) == .ble else {
        bus.append(spec)
        continue
      }
      guard phone == nil else {
        throw InputError(path, "is a second phone's log", remedy: "give one log of the phone beside the bus")
      }
      phone = try BleRecording(path: path, keys: try keys.keyRing())
    }
    for case .file(let path) in bus.map(\.place) where phone == nil {
      if try Side.isBoth(file: path) { phone = try BleRecording(path: path, keys: try keys.keyRing()) }
    }
  }
}
