import ArgumentParser
import BusPrinter
import CaptureFiles
import Foundation
import NinebotBus
import ScooterProfiles

/// `mi-bus profiles`: the scooter families that frames can be read for.
struct ProfilesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profiles", abstract: "List scooter families, or check a profile of your own.",
    subcommands: [List.self, Check.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the profiles that --profile knows.")

    func run() throws {
      let library = ProfileLibrary(environment: ProcessInfo.processInfo.environment)
      var output = OutputStream.standard
      for name in ProfileLibrary.builtInNames + library.userNames() {
        let title = (try? library.description(name).title) ?? "cannot be read; see: mi-bus profiles check"
        output.buffer.append(string: "\(name.padding(toLength: 12, withPad: " ", startingAt: 0)) \(title)\n")
      }
      try output.flush()
      Messages.note("your own profiles go into \(library.folder)")
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check", abstract: "Find what is wrong with a profile file.")

    @Argument(help: ArgumentHelp("A profile in YAML.", valueName: "file"))
    var file: String

    func run() throws {
      let problems = try ProfileLint.problems(
        of: file, in: ProfileLibrary(environment: ProcessInfo.processInfo.environment))
      for problem in problems { print(problem) }
      if problems.isEmpty { print("\(file): nothing found") } else { throw ExitCode(1) }
    }
  }
}
