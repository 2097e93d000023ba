import NinebotBus

/// A profile file as read: its own entries only, without those of the profile that it extends.
struct ProfileFile: Sendable {
  /// The path, or the name of a built-in profile.
  let file: String
  var description = ProfileDescription()
  /// The profile that this one adds to or changes.
  var extends: String?
  var extendsLine = 0
  /// Registers that this file takes away, by role and number.
  var removed: Set<RegisterKey> = []
  /// What does not fit the format, with lines.
  var problems: [ProfileProblem] = []
  /// Where each register of this file stands.
  var registerLines: [RegisterKey: Int] = [:]
  /// Where each command of this file stands, by format.
  var commandLines: [String: [UInt8: Int]] = [:]
  /// Where each layout of this file stands, in order.
  var layoutLines: [Int] = []

  struct RegisterKey: Hashable, Sendable {
    var role: Role
    var register: UInt8
  }

  /// More than any real profile; a larger file is a mistake.
  static let largestSize = 1 << 20

  /// Reads a file's text. Never fails: what is wrong is in `problems`.
  init(text: String, file: String) {
    self.file = file
    var reader = NodeReader(file: file)
    defer { problems = reader.problems }
    guard text.utf8.count <= Self.largestSize else {
      reader.report(line: 0, "the file is larger than \(Self.largestSize >> 10) KiB, so it is no profile")
      return
    }
    do throws(YamlNode.ReadError) {
      guard let root = try YamlNode.read(text) else {
        reader.report(line: 0, "the file is empty")
        return
      }
      read(root, &reader)
    } catch {
      reader.report(line: error.line, error.message)
    }
  }

  /// Takes a document that was read before.
  init(root: YamlNode, file: String) {
    self.file = file
    var reader = NodeReader(file: file)
    read(root, &reader)
    problems = reader.problems
  }

  private static let keys = [
    "name", "title", "extends", "links", "ninebot", "commands", "frames", "registers", "errors", "timing",
  ]

  private mutating func read(_ root: YamlNode, _ reader: inout NodeReader) {
    for (key, node, value) in reader.pairs(root, of: "a profile") {
      switch key {
      case "name": description.name = reader.text(value, "name") ?? ""
      case "title": description.title = reader.text(value, "title") ?? ""
      case "extends":
        extends = reader.text(value, "extends")
        extendsLine = node.line
      case "links": readLinks(value, &reader)
      case "ninebot":
        for (_, node, value) in reader.pairs(value, of: "ninebot") {
          guard let address = reader.byte(node, "address"), let role = reader.role(value, "role") else { continue }
          description.ninebotAddresses[address] = role
        }
      case "commands": readCommands(value, &reader)
      case "frames": readLayouts(value, &reader)
      case "registers": readRegisters(value, &reader)
      case "errors":
        for (_, node, value) in reader.pairs(value, of: "errors") {
          guard let code = reader.integer(node, "error code", in: 0...65535),
            let text = reader.text(value, "error text")
          else { continue }
          description.errors[Int64(code)] = text
        }
      case "timing": readTiming(value, &reader)
      default: reader.unknown(key, node, of: "a profile", allowed: Self.keys)
      }
    }
    if description.name.isEmpty { reader.report(line: 1, "the profile has no 'name'") }
  }

  // MARK: - Addresses and commands

  private mutating func readLinks(_ node: YamlNode, _ reader: inout NodeReader) {
    let links = Link.allCases.map { ("\($0.name)", $0) }
    for (_, node, value) in reader.pairs(node, of: "links") {
      guard let link = reader.choice(node, "link", links) else { continue }
      for (_, node, value) in reader.pairs(value, of: "a link") {
        guard let byte = reader.byte(node, "address"), let address = Self.address(node, value, &reader) else {
          continue
        }
        description.addresses[link, default: [:]][byte] = address
      }
    }
  }

  private static func address(
    _ place: YamlNode, _ node: YamlNode, _ reader: inout NodeReader
  ) -> ProfileDescription.Address? {
    var from: Role?
    var to: Role?
    var sentBy: Role?
    var isReply = false
    for (key, node, value) in reader.pairs(node, of: "an address") {
      switch key {
      case "from": from = reader.role(value, "from")
      case "to": to = reader.role(value, "to")
      case "sent-by": sentBy = reader.role(value, "sent-by")
      case "reply": isReply = reader.flag(value, "reply") ?? false
      default: reader.unknown(key, node, of: "an address", allowed: ["from", "to", "sent-by", "reply"])
      }
    }
    guard let from, let to else {
      reader.report(place, "an address needs 'from' and 'to'")
      return nil
    }
    return ProfileDescription.Address(from: from, to: to, sentBy: sentBy, isReply: isReply)
  }

  static let commandKinds: [(String, CommandKind)] = [
    ("read", .read), ("lever-read", .leverRead), ("write", .write), ("quiet-write", .quietWrite),
    ("read-reply", .readReply), ("write-ack", .writeAck), ("push", .push), ("call", .call), ("answer", .answer),
  ]

  private mutating func readCommands(_ node: YamlNode, _ reader: inout NodeReader) {
    for (_, node, value) in reader.pairs(node, of: "commands") {
      guard let isNinebot = reader.choice(node, "format", [("55aa", false), ("5aa5", true)]) else { continue }
      for (_, node, value) in reader.pairs(value, of: "commands of a format") {
        guard let code = reader.byte(node, "command"), let command = Self.command(node, value, &reader) else {
          continue
        }
        commandLines[isNinebot ? "5aa5" : "55aa", default: [:]][code] = node.line
        if isNinebot {
          description.ninebotCommands[code] = command
        } else {
          description.commands[code] = command
        }
      }
    }
  }

  private static func command(
    _ place: YamlNode, _ node: YamlNode, _ reader: inout NodeReader
  ) -> ProfileDescription.Command? {
    var name: String?
    var kind: CommandKind?
    var answer: UInt8?
    var server: Role?
    var block: UInt8?
    for (key, node, value) in reader.pairs(node, of: "a command") {
      switch key {
      case "name": name = reader.text(value, "name")
      case "kind": kind = reader.choice(value, "kind", commandKinds)
      case "answer": answer = reader.byte(value, "answer")
      case "server": server = reader.role(value, "server")
      case "block": block = reader.byte(value, "block")
      default: reader.unknown(key, node, of: "a command", allowed: ["name", "kind", "answer", "server", "block"])
      }
    }
    guard let name, let kind else {
      reader.report(place, "a command needs 'name' and 'kind'")
      return nil
    }
    return ProfileDescription.Command(name: name, kind: kind, answer: answer, server: server, block: block)
  }
}
