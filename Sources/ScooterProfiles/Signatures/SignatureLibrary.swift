public import CaptureFiles
import Foundation
import Glibc
public import NinebotBus

/// Signatures of known modules: built-in ones and those in the user's folder.
public struct SignatureLibrary: Sendable {
  /// The folder with the user's own signatures.
  public let folder: String

  /// - Parameter folder: where `NAME.yaml` files are looked for; it need not exist.
  public init(folder: String) { self.folder = folder }

  /// The library with `$XDG_DATA_HOME/mi-bus/signatures`, by default `~/.local/share/mi-bus/signatures`.
  public init(environment: [String: String]) {
    self.init(folder: ProfileLibrary.dataFolder(environment) + "/signatures")
  }

  /// All signatures; a user's file replaces the built-in one of its name.
  ///
  /// - Throws: `InputError` for a user's file that cannot be read, with line and what is allowed.
  public func signatures() throws(InputError) -> [ModuleSignature] {
    var all: [ModuleSignature] = []
    for (name, text) in Self.builtIn { all.append(try Self.signature(text, file: name)) }
    for name in userFiles() {
      let path = "\(folder)/\(name)"
      let signature = try Self.signature(try ProfileLibrary.read(path, isA: "signature"), file: path)
      all.removeAll { $0.name == signature.name }
      all.append(signature)
    }
    return all
  }

  private func userFiles() -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    // A pipe would be waited for.
    return files.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") && !isPipe("\(folder)/\($0)") }.sorted()
  }

  private func isPipe(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
  }

  /// One signature from the text of a file.
  ///
  /// - Parameters:
  ///   - text: YAML.
  ///   - file: what to call it in messages.
  public static func signature(_ text: String, file: String) throws(InputError) -> ModuleSignature {
    let read = SignatureFile(text: text, file: file)
    guard let first = read.problems.first else { return read.signature }
    let more = read.problems.count > 1 ? " (and \(read.problems.count - 1) more)" : ""
    throw InputError(
      first.line > 0 ? "\(first.file):\(first.line)" : first.file, first.message + more,
      remedy: "docs/attribution.md describes the format")
  }
}
