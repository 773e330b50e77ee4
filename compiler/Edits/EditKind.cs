namespace HotpatchBuild.Compiler.Edits;

/// <summary>What an edit did to a program element. Numbers never change and are never used again.</summary>
internal enum EditKind
{
    /// <summary>The IL of a method differs in meaning.</summary>
    MethodBodyChanged = 1,

    /// <summary>A method is new.</summary>
    MethodAdded = 2,

    /// <summary>A method is gone.</summary>
    MethodRemoved = 3,

    /// <summary>Accessibility, static, virtual, sealed, inlining or other flags of a method.</summary>
    MethodModifiersChanged = 4,

    /// <summary>Library, entry point, calling convention or marshalling of a P/Invoke.</summary>
    MethodImportChanged = 5,

    /// <summary>Which interface or base methods a method overrides explicitly.</summary>
    MethodOverridesChanged = 6,

    /// <summary>Constraints or variance of a type's or method's generic parameters.</summary>
    GenericParametersChanged = 7,

    /// <summary>Only the name of a parameter.</summary>
    ParameterRenamed = 8,

    /// <summary>The default value of a parameter.</summary>
    ParameterDefaultChanged = 9,

    /// <summary>A type is new.</summary>
    TypeAdded = 10,

    /// <summary>A type is gone.</summary>
    TypeRemoved = 11,

    /// <summary>The base class.</summary>
    TypeBaseChanged = 12,

    /// <summary>The list of implemented interfaces, or its order.</summary>
    TypeInterfacesChanged = 13,

    /// <summary>Layout kind, packing, size, field offsets or inline array length.</summary>
    TypeLayoutChanged = 14,

    /// <summary>Accessibility, sealed, abstract or other flags of a type.</summary>
    TypeModifiersChanged = 15,

    /// <summary>A field is new.</summary>
    FieldAdded = 16,

    /// <summary>A field is gone.</summary>
    FieldRemoved = 17,

    /// <summary>The type of a field.</summary>
    FieldTypeChanged = 18,

    /// <summary>The order of the fields that both revisions have.</summary>
    FieldsReordered = 19,

    /// <summary>Accessibility, static, readonly, thread-static or marshalling of a field.</summary>
    FieldModifiersChanged = 20,

    /// <summary>The bytes that a field is mapped to.</summary>
    FieldDataChanged = 21,

    /// <summary>The value of a constant.</summary>
    ConstantChanged = 22,

    /// <summary>A constant is new.</summary>
    ConstantAdded = 23,

    /// <summary>A constant is gone.</summary>
    ConstantRemoved = 24,

    /// <summary>An enum member is new.</summary>
    EnumMemberAdded = 25,

    /// <summary>An enum member is gone.</summary>
    EnumMemberRemoved = 26,

    /// <summary>An enum member's value.</summary>
    EnumMemberChanged = 27,

    /// <summary>A property is new (its accessors are methods of their own).</summary>
    PropertyAdded = 28,

    /// <summary>A property is gone.</summary>
    PropertyRemoved = 29,

    /// <summary>An event is new (its accessors are methods of their own).</summary>
    EventAdded = 30,

    /// <summary>An event is gone.</summary>
    EventRemoved = 31,

    /// <summary>Custom attributes.</summary>
    AttributeChanged = 32,

    /// <summary>An embedded resource is new.</summary>
    ResourceAdded = 33,

    /// <summary>An embedded resource is gone.</summary>
    ResourceRemoved = 34,

    /// <summary>The content of an embedded resource.</summary>
    ResourceChanged = 35,

    /// <summary>A reference to another assembly is new.</summary>
    ReferenceAdded = 36,

    /// <summary>A reference to another assembly is gone.</summary>
    ReferenceRemoved = 37,

    /// <summary>The version of a referenced assembly.</summary>
    ReferenceVersionChanged = 38,

    /// <summary>Another method is the entry point.</summary>
    EntryPointChanged = 39,

    /// <summary>The state machine of an async method or iterator got other fields or suspension points.</summary>
    StateMachineChanged = 40,

    /// <summary>The variables that lambdas and local functions capture together.</summary>
    ClosureChanged = 41,

    /// <summary>Types forwarded to another assembly.</summary>
    TypeForwardsChanged = 42,

    /// <summary>Only the accessibility of an element.</summary>
    AccessibilityChanged = 43,
}
