public import CaptureFiles
import Foundation
public import NinebotBus

/// Finds profiles by name or path: built-in ones and those in the user's folder.
///
/// Nothing is read before it is asked for.
public struct ProfileLibrary: Sendable {
  /// The profile used where none is asked for.
  public static let defaultName = "m365"

  /// Names of the built-in profiles, in the order of the scooters' age.
  public static let builtInNames = BuiltInProfile.allCases.filter { $0 != .bus }.map(\.rawValue)

  /// The folder with the user's own profiles.
  public let folder: String

  /// - Parameter folder: where `NAME.yaml` files are looked for; it need not exist.
  public init(folder: String) { self.folder = folder }

  /// The library with `$XDG_DATA_HOME/mi-bus/profiles`, by default `~/.local/share/mi-bus/profiles`.
  public init(environment: [String: String]) {
    self.init(folder: Self.dataFolder(environment) + "/profiles")
  }

  /// Where the user's data files are.
  static func dataFolder(_ environment: [String: String]) -> String {
    let data = environment["XDG_DATA_HOME"] ?? ""
    // The XDG specification tells to ignore a relative path.
    let base = data.hasPrefix("/") ? data : (environment["HOME"] ?? "/") + "/.local/share"
    return base + "/mi-bus"
  }

  /// Names of the profiles in the user's folder, sorted.
  public func userNames() -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }.map { String($0.dropLast(5)) }.sorted()
  }

  /// Loads a profile.
  ///
  /// - Parameter nameOrPath: a path where it has a `/` or ends in `.yaml`; else the name of a user profile or of a
  ///   built-in one, in this order.
  /// - Throws: `InputError` with file, line and what is allowed.
  public func profile(_ nameOrPath: String = defaultName) throws(InputError) -> Profile {
    Profile(try description(nameOrPath))
  }

  /// What a profile says, with all that it extends.
  public func description(_ nameOrPath: String) throws(InputError) -> ProfileDescription {
    var problems: [ProfileProblem] = []
    let chain = try self.chain(nameOrPath, problems: &problems)
    if let first = problems.first {
      let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
      throw InputError(
        first.line > 0 ? "\(first.file):\(first.line)" : first.file, first.message + more,
        remedy: "mi-bus profiles check \(first.file) shows all of it")
    }
    return Self.description(chain)
  }

  /// Lays the files of a chain over each other, the extended ones first.
  static func description(_ chain: [ProfileFile]) -> ProfileDescription {
    chain.reversed().reduce(ProfileDescription()) { base, file in file.description(extending: base) }
  }

  /// The file asked for, then the one that it extends, and so on.
  func chain(_ nameOrPath: String, problems: inout [ProfileProblem]) throws(InputError) -> [ProfileFile] {
    var chain: [ProfileFile] = []
    var visited: Set<String> = []
    var file = try self.file(nameOrPath, skipping: [])
    while true {
      visited.insert(file.file)
      problems += file.problems
      chain.append(file)
      guard let base = file.extends else { return chain }
      func refuse(_ message: String) {
        problems.append(ProfileProblem(file: file.file, line: file.extendsLine, message: message))
      }
      let found: ProfileFile
      do {
        found = try self.file(Self.place(of: base, extendedBy: file.file), skipping: visited)
      } catch {
        refuse("extends '\(NodeReader.shown(base))': \(error.cause)\(error.remedy.map { "; \($0)" } ?? "")")
        return chain
      }
      guard !visited.contains(found.file) else {
        refuse("extends '\(NodeReader.shown(base))', which extends this profile again")
        return chain
      }
      file = found
    }
  }

  /// Where an extended profile is: one known by name, or a file in the folder of the one that extends it.
  ///
  /// A profile that somebody sent must not make the program read other places.
  private static func place(of base: String, extendedBy file: String) throws(InputError) -> String {
    guard !base.contains("/") else {
      throw InputError(base, "is a path", remedy: "allowed: a profile's name, or a file in the same folder")
    }
    guard base.hasSuffix(".yaml"), let end = file.lastIndex(of: "/") else { return base }
    return file[...end] + base
  }

  /// A profile's own file, read.
  ///
  /// A user profile may extend the built-in one of its own name, so that is found where the file was `visited`.
  private func file(_ nameOrPath: String, skipping visited: Set<String>) throws(InputError) -> ProfileFile {
    if nameOrPath.contains("/") || nameOrPath.hasSuffix(".yaml") {
      return ProfileFile(text: try Self.read(nameOrPath), file: nameOrPath)
    }
    let path = "\(folder)/\(nameOrPath).yaml"
    let builtIn = BuiltInProfile(rawValue: nameOrPath)
    if !nameOrPath.isEmpty, builtIn == nil || !visited.contains(path), FileManager.default.fileExists(atPath: path) {
      return ProfileFile(text: try Self.read(path), file: path)
    }
    if let builtIn {
      guard let root = PackedNodes.node(builtIn.packed) else {
        throw InputError("profile '\(nameOrPath)'", "is damaged in this program", remedy: "install mi-bus anew")
      }
      return ProfileFile(root: root, file: nameOrPath)
    }
    let names = Self.builtInNames + userNames()
    throw InputError(
      "profile '\(NodeReader.shown(nameOrPath))'", "there is none of that name",
      remedy: "allowed: \(names.joined(separator: ", ")), or the path of a file")
  }

  static func read(_ path: String, isA kind: String = "profile") throws(InputError) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw InputError(path, "there is no such file")
    }
    guard !isFolder.boolValue else { throw InputError(path, "is a folder", remedy: "name a \(kind) file in it") }
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw InputError(path, "cannot be opened", remedy: "check its permissions")
    }
    defer { try? file.close() }
    let data: Data
    do {
      // One byte more than allowed, so that a file that is too long is told apart.
      data = try file.read(upToCount: ProfileFile.largestSize + 1) ?? Data()
    } catch {
      throw InputError(path, "cannot be read")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw InputError(path, "is not UTF-8 text, so it is no \(kind)")
    }
    return text
  }
}
