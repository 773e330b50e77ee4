return HotpatchBuild.Tool.Commands.CommandTree.Run(args);
