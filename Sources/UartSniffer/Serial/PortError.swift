public import CaptureFiles
public import SystemPackage

/// Why a port cannot be opened or used, in the words that a person needs.
public enum PortError {
  /// The error of an open that failed.
  public static func opening(
    _ path: String, _ error: Errno, node: NodeStatus?, group: String? = nil
  ) -> InputError {
    switch error {
    case .noSuchFileOrDirectory:
      return InputError(
        path, "there is no such port", remedy: "plug the adapter in; `mi-bus ports` lists what is there")
    case .permissionDenied, .notPermitted:
      return refused(path, node: node, group: group)
    case .resourceBusy, .wouldBlock, .resourceTemporarilyUnavailable:
      return InputError(
        path, "another program is using it", remedy: "end that program (`fuser -v \(path)` names it) and try again")
    case .noSuchAddressOrDevice, .operationNotSupportedByDevice, .ioError:
      return InputError(path, "nothing answers behind it", remedy: "unplug the adapter and plug it in again")
    case .isDirectory:
      return InputError(path, "is a directory", remedy: "name a port such as /dev/ttyUSB0")
    case .inappropriateIOCTLForDevice, .invalidArgument, .notSupported:
      return InputError(path, "is not a serial port", remedy: "`mi-bus ports` lists the serial ports")
    case .tooManyOpenFiles, .tooManyOpenFilesInSystem:
      return InputError(path, "cannot be opened: too many files are open", remedy: "raise the limit: `ulimit -n 1024`")
    default:
      return InputError(path, "cannot be opened: \(error)")
    }
  }

  /// No permission: the way out depends on the group that owns the node.
  static func refused(_ path: String, node: NodeStatus?, group: String?) -> InputError {
    guard let node, node.groupReads, let group, group != "root" else {
      return InputError(
        path, "no permission to read it, and no group has it either",
        remedy: "run: sudo chmod a+r \(path), or add a udev rule that gives it to the group dialout")
    }
    return InputError(
      path, "no permission: it belongs to the group \(group), and you are not in it",
      remedy: "run: sudo usermod -aG \(group) $USER, then log in again")
  }
}
