import Foundation
import ScooterProfiles

/// A folder with profile files that is gone with the last reference to it.
final class ProfileFolder {
  let path: String
  var library: ProfileLibrary { ProfileLibrary(folder: path) }

  init(_ files: [String: String] = [:]) throws {
    path = FileManager.default.temporaryDirectory.appending(path: "profiles-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, text) in files { try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)")) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
