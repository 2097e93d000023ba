import Foundation
import Testing

/// Help texts, shell completions and the manual page, all from the same descriptions of commands and options.
@Suite struct HelpTests {
  /// What `--experimental-dump-help` says of a command (swift-argument-parser's ToolInfo).
  struct CommandInfo: Decodable {
    struct Argument: Decodable {
      struct Name: Decodable {
        var kind: String
        var name: String
      }
      var names: [Name]?
      var abstract: String?
      var shouldDisplay: Bool
    }
    var commandName: String
    var abstract: String?
    var arguments: [Argument]?
    var subcommands: [CommandInfo]?
  }

  private static func description() throws -> CommandInfo {
    struct Dump: Decodable { var command: CommandInfo }
    let json = try Command.run(["--experimental-dump-help"]).output
    return try JSONDecoder().decode(Dump.self, from: Data(json.utf8)).command
  }

  /// The words that name each command, the program's own name left out.
  private static func paths(_ command: CommandInfo, _ path: [String] = []) -> [([String], CommandInfo)] {
    let below = (command.subcommands ?? []).filter { $0.commandName != "help" }
    return [(path, command)] + below.flatMap { paths($0, path + [$0.commandName]) }
  }

  @Test("every command's help is as it was, and fits a terminal")
  func help() throws {
    let commands = Self.paths(try Self.description())
    #expect(commands.count > 3)
    for (path, command) in commands {
      let outcome = try Command.run(path + ["--help"])
      #expect(outcome.ending == .exit(0) && outcome.errors.isEmpty)
      // The library writes the usage in one line.
      for line in outcome.lines where !line.hasPrefix("USAGE") { #expect(line.count <= 80, "\(line)") }
      #expect(command.abstract?.isEmpty == false, "\(path) says what it is for")
      for argument in command.arguments ?? [] where argument.shouldDisplay {
        #expect(argument.abstract?.isEmpty == false, "\(path) \(argument.names?.first?.name ?? "") says what it is for")
      }
      // The name of a type with a bracket behind it is Swift talking to itself.
      #expect(outcome.output.firstMatch(of: /[A-Z][a-z]+[A-Z]\w*\(/) == nil, "\(path) shows no Swift")
      try Golden.expect(outcome.output, is: "help/\((["mi-bus"] + path).joined(separator: "-")).txt")
    }
  }

  @Test(
    "shell completions are those of the program",
    arguments: [("bash", "mi-bus.bash"), ("zsh", "_mi-bus"), ("fish", "mi-bus.fish")])
  func completions(_ shell: String, _ file: String) throws {
    let outcome = try Command.run(["--generate-completion-script", shell])
    #expect(outcome.ending == .exit(0))
    try Golden.expect(outcome.output, isProjectFile: "docs/completions/\(file)")
    let written = try Command.shell(
      #"command -v "$1" > /dev/null || exit 0; exec "$1" -n "$2""#,
      [shell, Golden.projectFile("docs/completions/\(file)")])
    #expect(written.ending == .exit(0), "\(shell) cannot read it: \(written.errors)")
  }

  @Test("the manual page holds every command and option (renew it with: make manual)")
  func manual() throws {
    let page = try String(contentsOfFile: Golden.projectFile("docs/man/mi-bus.1"), encoding: .utf8)
    #expect(page.hasPrefix(".\\\"") && page.contains(".Dt MI-BUS 1"))
    for (path, command) in Self.paths(try Self.description()) {
      if let name = path.last { #expect(page.contains("Em \(name)"), "\(path)") }
      for argument in command.arguments ?? [] where argument.shouldDisplay {
        for name in argument.names ?? [] {
          let flag = name.kind == "long" ? "-\(name.name)" : name.name
          // The long name comes behind the short one.
          #expect(page.contains("Fl \(flag)") || page.contains(", \(flag)"), "\(path) \(flag)")
        }
      }
    }
  }
}
