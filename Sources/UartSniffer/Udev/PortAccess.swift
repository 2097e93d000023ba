/// Whether a port may be opened, found out without opening it: that would raise DTR and RTS.
enum PortAccess {
  static func of(_ path: String, system: any SerialSystem) -> SerialAdapter.Access {
    guard let node = try? system.status(of: path), node.kind == .characterDevice else { return .gone }
    guard node.readable else {
      let group = node.groupReads ? system.groupName(node.group) : nil
      return .refused(group: group == "root" ? nil : group)
    }
    guard let process = lockHolder(of: node.inode, locks: SmallFile.text("/proc/locks") ?? "") else { return .allowed }
    return .busy(process: process, program: SmallFile.text("/proc/\(process)/comm"))
  }

  /// The process that holds an flock on the node, from the text of /proc/locks (proc_locks(5)).
  ///
  /// Inode numbers are unique in one file system only. The device's part is compared with 0 as major number: /dev is
  /// in memory, where majors are 0.
  static func lockHolder(of inode: UInt64, locks: String) -> Int? {
    for line in locks.split(separator: "\n") {
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      // 1: FLOCK  ADVISORY  WRITE 1234 00:06:567 0 EOF; a waiting process has "->" after the number.
      guard fields.count >= 6, fields[1] == "FLOCK", let process = Int(fields[4]), process > 0 else { continue }
      let place = fields[5].split(separator: ":")
      if place.count == 3, place[0] == "00", UInt64(place[2]) == inode { return process }
    }
    return nil
  }
}
