import CaptureFiles
import Glibc

/// Files that a command is to write, held against those that it reads: a report may replace an older one, and never
/// what it is made from.
enum OutputPath {
  /// - Parameters:
  ///   - outputs: paths that will be written; nil for those that nobody asked for.
  ///   - inputs: what else was named on the command line; what is no file is left out.
  /// - Throws: `InputError` where two outputs are one file, or one is an input.
  static func check(_ outputs: [String?], against inputs: [String]) throws(InputError) {
    // `NAME=FILE` names a tap.
    let read = inputs.flatMap { [$0, String($0.split(separator: "=", maxSplits: 1).last ?? "")] }
      .compactMap(Identity.init)
    var written: [Identity] = []
    var names: [String] = []
    for path in outputs.compactMap({ $0 }) {
      let identity = Identity(path)
      if names.contains(path) || identity.map(written.contains) ?? false {
        throw InputError(path, "is named for two outputs", remedy: "give each a name of its own")
      }
      if let identity, read.contains(identity) {
        throw InputError(path, "is read and would be overwritten", remedy: "choose another name for the output")
      }
      names.append(path)
      if let identity { written.append(identity) }
    }
  }

  /// Which file it is, whatever it is called; nil for what does not exist, and for devices such as `/dev/null`.
  private struct Identity: Equatable {
    let device: dev_t
    let number: ino_t

    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      (device, number) = (status.st_dev, status.st_ino)
    }
  }
}
