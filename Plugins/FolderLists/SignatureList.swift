import Foundation
import PackagePlugin

/// The signatures that the program brings along, as text: `embedInCode` wants each file named.
enum SignatureList {
  static func code(for target: any Target) throws -> String {
    let entries = try target.files(in: "Data/Signatures", suffix: ".yaml").map { name, url in
      let text = try String(contentsOf: url, encoding: .utf8)
      return "    (\"\(name)\", ##\"\"\"\n\(text)\n\"\"\"##),"
    }
    return """
      // Made by the plugin FolderLists from Data/Signatures.

      extension SignatureLibrary {
        /// Name and YAML of each built-in signature.
        static let builtIn: [(name: String, text: String)] = [
      \(entries.joined(separator: "\n"))
        ]
      }

      """
  }
}
