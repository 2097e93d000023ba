import BleSide
import CaptureFiles

/// Token and key files: a secret comes out or a sentence does, and the sentence does not hold the secret.
enum KeyTarget: FuzzTarget {
  static let name = "key"

  static func test(_ input: [UInt8]) {
    let file = MemoryFile(input)
    let path = file.path
    check(input) { () throws(InputError) in _ = try KeyFile.token(at: path) }
    check(input) { () throws(InputError) in _ = try KeyFile.privateKey(at: path) }
  }

  private static func check(_ input: [UInt8], _ load: () throws(InputError) -> Void) {
    do throws(InputError) {
      try load()
      require(input.count <= 4096, "a long file is no secret")
    } catch {
      let text = String(decoding: input, as: UTF8.self)
      require(!error.description.isEmpty, "an error has words")
      require(text.utf8.count < 16 || !error.description.contains(text), "an error holds no secret")
    }
  }
}
