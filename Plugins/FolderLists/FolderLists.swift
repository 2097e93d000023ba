import Foundation
import PackagePlugin

/// Makes code of what lies in a folder, so that adding to it is a file and nothing else.
@main
struct FolderLists: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let code =
      switch target.name {
      case "BusTimeline": try EvidenceList.code(for: target)
      case "ScooterProfiles": try SignatureList.code(for: target)
      default: throw UnknownTarget(name: target.name)
      }
    let folder = context.pluginWorkDirectoryURL
    let list = folder.appending(path: "FolderList.swift")
    // A file that did not change keeps its date: nothing is compiled again.
    if (try? String(contentsOf: list, encoding: .utf8)) != code {
      try code.write(to: list, atomically: true, encoding: .utf8)
    }
    // The list is there already; a command is how a plugin hands a file to the build.
    return [
      .prebuildCommand(
        displayName: "Listing the files of \(target.name)", executable: URL(filePath: "/usr/bin/true"), arguments: [],
        outputFilesDirectory: folder)
    ]
  }
}

struct UnknownTarget: Error, CustomStringConvertible {
  let name: String
  var description: String { "FolderLists has no list for the target \(name)" }
}

extension Target {
  /// Names without suffix and places of the files in a folder of the target, in the order of their names.
  func files(in folder: String, suffix: String) throws -> [(name: String, url: URL)] {
    try FileManager.default.contentsOfDirectory(
      at: directoryURL.appending(path: folder), includingPropertiesForKeys: nil
    )
    .filter { $0.lastPathComponent.hasSuffix(suffix) && !$0.lastPathComponent.hasPrefix(".") }
    .map { (String($0.lastPathComponent.dropLast(suffix.count)), $0) }
    .sorted { $0.0 < $1.0 }
  }
}
